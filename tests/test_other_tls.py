"""Hosts with TLS by other modules than mod_ssl."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import tls_host
from tests.command.run import run
from tests.schemas import LINT, checked

if TYPE_CHECKING:
    from pathlib import Path

HOST = "<VirtualHost *:443>\n    ServerName www.example.com\n    {}\n</VirtualHost>\n"


@pytest.mark.parametrize(
    ("text", "module"),
    [
        (HOST.format("GnuTLSEnable on"), "mod_gnutls"),
        ("gnutlsenable On\n" + HOST.format(""), "mod_gnutls"),
        (HOST.format("NSSEngine on"), "mod_nss"),
        ("TLSEngine 443\n" + HOST.format(""), "mod_tls"),
        ("TLSEngine 127.0.0.1:443\n" + HOST.format(""), "mod_tls"),
        ("TLSEngine 127.0.0.1:443\n" + HOST.format("").replace("*", "127.0.0.1"), "mod_tls"),
        ("TLSEngine 443\n" + HOST.format("").replace("*", "127.0.0.1"), "mod_tls"),
        ("TLSEngine 127.0.0.2:443\n" + HOST.format("").replace("*", "127.0.0.1"), None),
        (HOST.format("GnuTLSEnable off"), None),
        ("GnuTLSEnable on\n" + HOST.format("GnuTLSEnable off"), None),
        ("TLSEngine 8443\n" + HOST.format(""), None),
        (tls_host("GnuTLSEnable on"), None),
    ],
)
@pytest.mark.parametrize("whole", [True, False], ids=["server", "fragment"])
def test_a_host_of_another_module(
    tmp_path: Path, text: str, module: str | None, *, whole: bool
) -> None:
    path = tmp_path / ("httpd.conf" if whole else "site.conf")
    modules = "".join(
        f"LoadModule {name}_module modules/mod_{name}.so\n"
        for name in ("ssl", "gnutls", "nss", "tls")
    )
    path.write_text(modules * whole + text)
    found = json.loads(run("hosts", path, "--format", "json").stdout)
    table = run("hosts", path).stdout
    host = next((host for host in found if host["name"] == "www.example.com:443"), None)
    lint = checked(run("lint", path, "--format", "json").stdout, LINT)
    findings = [finding for finding in lint["findings"] if finding["rule"] == "AS124"]
    if module is None:
        assert "not predicted" not in json.dumps(host)
        assert not any(
            each["name"] == "www.example.com:443" for f in findings for each in f["hosts"]
        )
    else:
        why = f"{module} provides its TLS, and stapling by {module} is not predicted"
        assert host is not None
        assert (host["staples"], host["why"]) == (None, why)
        assert module in table
        assert "No TLS hosts" not in table
        assert [finding["message"].partition(" ")[0] for finding in findings] == [module]
