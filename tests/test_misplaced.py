"""Directives in sections and caches with which httpd does not start: fix repairs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.in_process import run_here
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab
    from tests.lab.server import Httpd

ON, OFF = "SSLUseStapling on", "SSLUseStapling off"
LOCATION = ("<Location />", ON, "</Location>")
EMPTY = ("<Location />", "</Location>")
QUIET = "SSLStaplingReturnResponderErrors off\nSSLStaplingFakeTryLater off\n"


def fix(httpd: Httpd, state: Path, *options: str) -> str:
    """What fix prints."""
    done = run_here("fix", httpd.root / "httpd.conf", *options, env={"XDG_STATE_HOME": str(state)})
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


MISPLACED = {
    "moved into the host": (tls_host(*LOCATION), tls_host(ON, *EMPTY), "good"),
    "an off": (
        ON + "\n" + tls_host("<If true>", OFF, "</If>"),
        ON + "\n" + tls_host(OFF, "<If true>", "</If>"),
        None,
    ),
    "removed, as the host has its own": (
        tls_host(ON, "<Location />", OFF, "</Location>"),
        tls_host(ON, *EMPTY),
        "good",
    ),
    "into the main server": (
        f"<Directory />\n{ON}\n</Directory>\n" + tls_host(),
        f"{ON}\n<Directory />\n</Directory>\n" + tls_host(),
        "good",
    ),
    "a certificate that cannot be stapled": (
        tls_host(*LOCATION, certificate="no-ocsp"),
        tls_host(*EMPTY, certificate="no-ocsp"),
        None,
    ),
}


@pytest.mark.parametrize("case", MISPLACED)
def test_a_directive_in_a_section_is_moved_to_its_host(lab: Lab, tmp_path: Path, case: str) -> None:
    before, after, staple = MISPLACED[case]
    with lab.httpd(CACHE + QUIET + before) as httpd:
        assert "not allowed" in httpd.configtest().output
        fix(httpd, tmp_path)
        text = (httpd.root / "site.conf").read_text().replace(str(httpd.port), "443")
        # If no host staples, these two have no effect.
        kept = "" if case.startswith("a certificate") else QUIET
        assert lines(text) == lines(CACHE + kept + after)
        assert httpd.start(), httpd.log
        made = handshake(httpd.port, "www.example.com")
        assert (made.connected, made.staple) == (True, staple)
        assert "Nothing to repair" in fix(httpd, tmp_path)


def test_a_file_that_a_section_and_a_host_include_stays(lab: Lab, tmp_path: Path) -> None:
    included = ("Include staple.conf", "<Location />", "Include staple.conf", "</Location>")
    with lab.httpd(CACHE + QUIET + tls_host(*included), files={"staple.conf": ON}) as httpd:
        fix(httpd, tmp_path)
        assert (httpd.root / "staple.conf").read_text() == ON


@pytest.mark.parametrize("argument", ["dbm:missing/stapling", "dbm:logs"])
def test_a_dbm_cache_without_folder_becomes_shmcb(lab: Lab, tmp_path: Path, argument: str) -> None:
    text = f"SSLStaplingCache {argument}\n" + QUIET + tls_host(ON)
    with lab.httpd(text) as httpd:
        assert not httpd.start()
        fix(httpd, tmp_path)
        assert (
            "SSLStaplingCache shmcb:logs/ssl_stapling(131072)"
            in (httpd.root / "site.conf").read_text()
        )
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, "www.example.com").good


@pytest.mark.parametrize("argument", ["dbm:missing/stapling", "redis:6379"])
def test_disable_removes_a_cache_with_which_httpd_does_not_start(
    lab: Lab, tmp_path: Path, argument: str
) -> None:
    module = "LoadModule socache_redis_module modules/mod_socache_redis.so\n"
    text = f"{module}SSLStaplingCache {argument}\n" + QUIET + tls_host(ON)
    with lab.httpd(text) as httpd:
        assert not httpd.start()
        said = fix(httpd, tmp_path, "--disable")
        assert "harmless" not in said
        assert "SSLStaplingCache" not in (httpd.root / "site.conf").read_text()
        assert httpd.start(), httpd.log
