"""Documents as ``lint --format json`` prints them, for the tests of ``report``."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

Object = dict[str, Any]


def host(name: str = "www.example.com:443", **values: object) -> Object:
    """A host that staples."""
    return {
        "name": name,
        "addresses": ["*:443"],
        "configuration": "/etc/apache2/apache2.conf",
        "file": "/etc/apache2/sites-enabled/www.conf",
        "line": 2,
        "ssl_engine": "on",
        "use_stapling": True,
        "certificates": [certificate()],
        "staples": True,
        "why": "mod_ssl staples the responses of http://ocsp.example.com",
        **values,
    }


def certificate(**values: object) -> Object:
    """A certificate that is valid for long."""
    return {
        "path": "/etc/ssl/www.pem",
        "subject": "CN=www.example.com",
        "issuer": "CN=Example CA,O=Example",
        "issuer_found": True,
        "ocsp_uris": ["http://ocsp.example.com"],
        "responder": "http://ocsp.example.com",
        "must_staple": False,
        "not_after": "2056-11-19T11:09:27+00:00",
        **values,
    }


def finding(rule: str = "AS201", **values: object) -> Object:
    """A finding about one host; its fingerprint is derived from the other values."""
    made = {
        "rule": rule,
        "name": "missing-stapling-cache",
        "severity": "error",
        "confidence": "certain",
        "message": "stapling is on, but there is no SSLStaplingCache",
        "help": "Set SSLStaplingCache.",
        "effect": "does-not-start",
        "log_id": "AH01958",
        "configuration": "/etc/apache2/apache2.conf",
        "file": "/etc/apache2/apache2.conf",
        "line": 12,
        "column": 1,
        "end_line": 12,
        "end_column": 20,
        "hosts": [{"name": "www.example.com:443", "file": "/etc/apache2/www.conf", "line": 2}],
        "certificate": None,
        "fix": "safe",
        "url": "docs/rules.md#as201-missing-stapling-cache",
        "benchmark": None,
        **values,
    }
    fingerprint = hashlib.sha256(json.dumps(made).encode()).hexdigest()
    return {"fingerprint": fingerprint, **made}


def document(
    server: str = "web1",
    hosts: list[Object] | None = None,
    findings: list[Object] | None = None,
    **values: object,
) -> Object:
    """The result of lint on a server with one host."""
    hosts = [host()] if hosts is None else hosts
    return {
        "apachestaple": "0.1.0",
        "server": server,
        "generated": "2026-11-25T19:00:00Z",
        "configurations": [
            {
                "path": "/etc/apache2/apache2.conf",
                "kind": "server",
                "files": 3,
                "hosts": len(hosts),
                "certificates": 1,
            }
        ],
        "findings": findings or [],
        "hosts": hosts,
        "summary": {},
        **values,
    }


def write(path: Path, *documents: object) -> Path:
    """Write documents, one after the other."""
    path.write_text("\n".join(json.dumps(each, indent=2) for each in documents))
    return path
