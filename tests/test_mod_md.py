"""Stapling by mod_md, which does not know what is set for mod_ssl's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from apachestaple.rules.rule import tls_host
from tests.lab.handshake import handshake
from tests.lab.processes import wait_until
from tests.test_cli import run

if TYPE_CHECKING:
    from tests.lab.play import Lab

MOD_MD = "LoadModule md_module modules/mod_md.so\nMDStapling on\n"


def test_mod_md_asks_the_responder_of_the_certificate_alone(lab: Lab) -> None:
    responder, dead = lab.responder.url, "http://127.0.0.1:9"
    hosts = {
        "plain": tls_host(name="plain", certificate="good"),
        "dead-url": tls_host(f"SSLStaplingForceURL {dead}", name="dead-url", certificate="other"),
        "https-url": tls_host(
            "SSLStaplingForceURL https://ocsp.example.com", name="https-url", certificate="third"
        ),
        "no-ocsp": tls_host(
            f"SSLStaplingForceURL {responder}", name="no-ocsp", certificate="no-ocsp"
        ),
        "https-first": tls_host(
            f"SSLStaplingForceURL {responder}", name="https-first", certificate="https-first"
        ),
        "leaf-only": tls_host(
            f"SSLStaplingForceURL {responder}", name="leaf-only", certificate="leaf-only"
        ),
        "off": tls_host("MDStapling off", name="off", certificate="rsa"),
    }
    with lab.httpd(MOD_MD + "".join(hosts.values())) as httpd:
        done = run("hosts", httpd.root / "httpd.conf", "--format", "json")
        predicted = {host["name"].partition(":")[0]: host for host in json.loads(done.stdout)}
        staples = {name for name, host in predicted.items() if host["staples"]}
        assert httpd.start(), httpd.log

        def good() -> set[str]:
            return {name for name in hosts if handshake(httpd.port, name).staple == "good"}

        # It asks in the background, after the start.
        wait_until(lambda: good() >= staples, 15)
        assert good() == staples == {"plain", "dead-url", "https-url"}
    whys = {name: predicted[name]["why"] for name in hosts}
    assert all(whys[name].startswith("mod_md staples what http://127.0.0.1:") for name in staples)
    assert "its certificate has no OCSP URI" in whys["no-ocsp"]
    assert "https://ocsp.example.com is not an http URL" in whys["https-first"]
    assert "issuer" in whys["leaf-only"]
    assert whys["off"] == "SSLUseStapling is not set"
