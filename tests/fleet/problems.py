"""The problems of the servers, as a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.rules.rule import CACHE, tls_host

if TYPE_CHECKING:
    from collections.abc import Mapping

_ON = "SSLUseStapling on"
_PLAIN, _ALONE = tls_host(), tls_host(_ON)
_CACHE = f"{CACHE}SSLStaplingReturnResponderErrors off\nSSLStaplingFakeTryLater off\n"
_STAPLES = _CACHE + _ALONE


def _host(name: str, certificate: str) -> str:
    return tls_host(_ON, certificate=certificate, name=f"{name}.example.com")


_WITHOUT_URI = _host("without", "no-ocsp")


@dataclass(frozen=True)
class Problem:
    """A server, and what is wrong with its configuration.

    Attributes:
        name: of the server.
        running: the configuration with which httpd is started.
        broken: the one that lint and fix find; ``""`` for the same.
        rules: those that lint reports.
        is_repaired: whether fix changes anything.
        staples: whether clients of each host get a good staple in the end.
        files: further files, by path.
        variables: of Ansible.

    """

    name: str
    running: str
    broken: str = ""
    rules: frozenset[str] = frozenset()
    is_repaired: bool = True
    staples: Mapping[str, bool] = field(default_factory=lambda: {"www.example.com": True})
    files: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, object] = field(default_factory=dict)


# These are repaired, or are not changed.
FIRST = (
    Problem("healthy", _STAPLES, is_repaired=False),
    Problem("no-cache", _PLAIN, _ALONE, frozenset({"AS201"})),
    Problem("not-on", _CACHE + _PLAIN, rules=frozenset({"AS501"})),
    Problem(
        "several",
        "Include sites-enabled/*.conf\n" + _ALONE,
        "Include sites-enabled/*.conf\n" + _ALONE.replace("SSLUseStapling", "SSLUseStaping"),
        frozenset({"AS101", "AS304", "AS305", "AS306", "AS503"}),
        staples={
            "www.example.com": True,
            "must.example.com": True,
            "dead.example.com": False,
            "issuer.example.com": False,
            "without.example.com": False,
        },
        files={
            "sites-enabled/000-cache.conf": CACHE,
            "sites-enabled/dead.conf": _host("dead", "dead-responder"),
            "sites-enabled/issuer.conf": _host("issuer", "leaf-only"),
            "sites-enabled/must.conf": tls_host(certificate="must-staple", name="must.example.com"),
            "sites-enabled/without.conf": _WITHOUT_URI,
        },
    ),
    Problem(
        "generated",
        "Include conf.d/*.conf\n",
        rules=frozenset({"AS304"}),
        is_repaired=False,
        staples={"www.example.com": True, "without.example.com": False},
        files={
            "conf.d/ssl.conf": _STAPLES,
            "conf.d/without.conf": "# This file is managed by Puppet. DO NOT EDIT.\n"
            + _WITHOUT_URI,
        },
    ),
)

# These are worse after the repair. One cannot create the mutexes of its cache in /proc and ends at
# the reload, although `httpd -t` passes. The proxy of the other one does not answer.
WORSE = (
    Problem(
        "reload-fails",
        "Mutex file:/proc ssl-stapling\n" + _PLAIN,
        staples={"www.example.com": False},
    ),
    Problem("staple-lost", _STAPLES),
)

# The rollout does not get so far.
LAST = Problem("waits", _CACHE + _PLAIN, staples={"www.example.com": False})
