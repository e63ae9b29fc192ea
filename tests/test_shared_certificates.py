"""Hosts that share a certificate share mod_ssl's record and its cached response."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from apachestaple.rules.rule import CACHE, tls_host
from tests.lab.handshake import handshake
from tests.test_cli import run

if TYPE_CHECKING:
    from tests.lab.play import Lab


def test_a_host_staples_with_the_issuer_that_another_host_finds(lab: Lab) -> None:
    text = CACHE + "".join(
        [
            tls_host("SSLUseStapling on", certificate="leaf-only", name="poor.example.com"),
            tls_host(
                "SSLUseStapling on",
                "SSLCertificateChainFile certs/chain.pem",
                certificate="leaf-only",
                name="rich.example.com",
            ),
        ]
    )
    with lab.httpd(text) as httpd:
        assert httpd.start()
        made = [handshake(httpd.port, "poor.example.com") for _ in range(2)][-1]
        assert made.staple == "good"
        assert {"AH02217", "AH02604"} <= httpd.log_ids()
        done = run("hosts", str(httpd.root / "httpd.conf"), "--format", "json")
    found = {host["name"].partition(":")[0]: host for host in json.loads(done.stdout)}
    assert found["poor.example.com"]["staples"] is True
    assert "rich.example.com" in found["poor.example.com"]["why"]


def test_a_host_without_a_url_depends_on_who_is_asked_first(lab: Lab) -> None:
    forced = f"SSLStaplingForceURL {lab.responder.url}"
    text = CACHE + "".join(
        [
            tls_host("SSLUseStapling on", certificate="no-ocsp", name="poor.example.com"),
            tls_host("SSLUseStapling on", forced, certificate="no-ocsp", name="rich.example.com"),
        ]
    )
    with lab.httpd(text) as httpd:
        assert httpd.start()
        assert not handshake(httpd.port, "poor.example.com").connected
        assert handshake(httpd.port, "rich.example.com").staple == "good"
        assert handshake(httpd.port, "poor.example.com").staple == "good"
        assert "AH02621" in httpd.log_ids()
        done = run("hosts", str(httpd.root / "httpd.conf"), "--format", "json")
    found = {host["name"].partition(":")[0]: host for host in json.loads(done.stdout)}
    assert found["poor.example.com"]["staples"] is None
    assert "rich.example.com" in found["poor.example.com"]["why"]
    assert found["rich.example.com"]["staples"] is True
