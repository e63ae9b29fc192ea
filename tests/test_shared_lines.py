"""A line that several hosts use is only called idle if it has no effect for any of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.site import understand
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.finding import Effect
from apachestaple.rules.rule import CACHE, MACRO, MOD_MD, tls_host
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.lab.play import Lab
    from tests.lab.server import Httpd

ON, OFF = "SSLUseStapling on", "SSLUseStapling off"
INCLUDE = "Include tls.conf"
ERRORS = "SSLStaplingReturnResponderErrors off\nSSLStaplingFakeTryLater off\n"
THIRD = ("SSLCertificateFile certs/third.pem", "SSLCertificateKeyFile certs/third.key")
DEAD, NO_OCSP = (
    f"    SSLCertificateFile certs/{name}.pem\n    SSLCertificateKeyFile certs/{name}.key\n"
    for name in ("dead-responder", "no-ocsp")
)
NAMES = ("www.example.com", "other.example.com")


def www(*lines: str, certificate: str = "dead-responder") -> str:
    return tls_host(*lines, certificate=certificate)


def other(*lines: str, certificate: str = "no-ocsp") -> str:
    return tls_host(*lines, certificate=certificate, name="other.example.com")


@dataclass(frozen=True)
class Case:
    """A configuration with a line that two hosts use, and that has an effect for the first.

    Attributes:
        name: of the test.
        text: the configuration.
        shared: the lines of ``tls.conf``, or a part of ``text``.
        link: whether the second host includes ``tls.conf`` as ``link.conf``.
        reported: the rules of findings about other lines that have no effect.

    """

    name: str
    text: str
    shared: str = ERRORS
    link: bool = False
    reported: frozenset[str] = field(default=frozenset())

    @property
    def files(self) -> Mapping[str, str]:
        return {} if self.shared in self.text else {"tls.conf": self.shared}

    def without_shared(self) -> tuple[str, Mapping[str, str]]:
        if self.shared in self.text:
            return self.text.replace(self.shared, ""), {}
        return self.text, {"tls.conf": ""}


CASES = [
    Case("a file", CACHE + www(ON, INCLUDE) + other(INCLUDE)),
    Case("a file, then off", CACHE + www(INCLUDE) + other(INCLUDE, OFF), f"{ON}\n"),
    Case("a link", CACHE + www(ON, INCLUDE) + other("Include link.conf"), link=True),
    Case(
        "a link, then off",
        CACHE + www(INCLUDE) + other("Include link.conf", OFF),
        f"{ON}\n",
        link=True,
    ),
    Case(
        "a macro",
        f"{MACRO}<Macro tls>\n{ERRORS}</Macro>\n{CACHE}" + www(ON, "Use tls") + other("Use tls"),
    ),
    Case(
        "a macro, then off",
        f"{MACRO}<Macro tls>\n{ON}\n</Macro>\n{CACHE}" + www("Use tls") + other("Use tls", OFF),
        f"{ON}\n",
    ),
    Case("the main server", CACHE + ERRORS + www(ON) + other()),
    Case(
        "the main server and the hosts",
        f"{CACHE}{INCLUDE}\n" + www(INCLUDE) + other(INCLUDE),
        f"{ON}\n",
    ),
    Case(
        "a host without TLS",
        CACHE + www(INCLUDE) + other(INCLUDE, "SSLEngine off").replace("*:443", "*:80"),
        f"{ON}\n",
    ),
    Case(
        "a host for which mod_md staples",
        f"{MOD_MD}{CACHE}"
        + www(INCLUDE, certificate="good")
        + other(INCLUDE, "MDStapling on", certificate="dead-responder"),
        f"{ON}\n",
    ),
    Case(
        "mod_md's switch",
        f"{MOD_MD}{CACHE}"
        + www(ON, INCLUDE, certificate="dead-responder")
        + other(ON, INCLUDE, "MDStapleOthers off"),
        "MDStapling on\n",
        # The SSLUseStapling of the first host.
        reported=frozenset({"AS112"}),
    ),
    Case(
        "a certificate",
        CACHE
        + www(ON, INCLUDE).replace(DEAD, "")
        + other(INCLUDE, ON, *THIRD).replace(NO_OCSP, ""),
        "SSLCertificateFile certs/good.pem\nSSLCertificateKeyFile certs/good.key\n",
    ),
]


def ignored(httpd: Httpd) -> set[str]:
    """The codes of the findings about lines without effect."""
    site = understand(read(locate(str(httpd.root / "httpd.conf"), Options())))
    found = lint([site], all_rules()).findings
    return {finding.code for finding in found if finding.effect is Effect.IGNORED}


def clients(httpd: Httpd) -> list[tuple[bool, str | None]] | None:
    """What clients get that connect for the second time; ``None`` if httpd does not start."""
    if not httpd.configtest().accepted or not httpd.start():
        return None
    made = [handshake(httpd.port, name) for name in NAMES * 2]
    httpd.stop()
    return [(each.connected, each.staple) for each in made[2:]]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_line_that_has_an_effect_for_one_host_is_not_reported(lab: Lab, case: Case) -> None:
    with lab.httpd(case.text, files=case.files) as httpd:
        if case.link:
            (httpd.root / "link.conf").symlink_to("tls.conf")
        assert ignored(httpd) == case.reported
        played = clients(httpd)
        assert played is not None, httpd.log
    text, files = case.without_shared()
    with lab.httpd(text, files=files) as httpd:
        if case.link:
            (httpd.root / "link.conf").symlink_to("tls.conf")
        assert clients(httpd) != played
