"""Two servers that read the same file are repaired together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab
    from tests.lab.server import Httpd


def staple(httpd: Httpd) -> str | None:
    """What a client gets, while httpd runs."""
    assert httpd.start(), httpd.log
    made = handshake(httpd.port)
    httpd.stop()
    assert made.connected
    return made.staple


@pytest.mark.parametrize("first", [0, 1])
def test_a_repair_of_one_server_takes_no_staple_from_the_other(
    lab: Lab, tmp_path: Path, first: int
) -> None:
    shared = tmp_path / "tls.conf"
    shared.write_text("SSLUseStapling on\n")
    include = f"Include {shared}"
    good = lab.httpd(CACHE + tls_host(include))
    bad = lab.httpd(
        CACHE
        + tls_host(include, certificate="no-ocsp")
        + tls_host(include, certificate="https-responder", name="b.example.com")
    )
    mains = [httpd.root / "httpd.conf" for httpd in (good, bad)]
    paths = [*mains[first:], *mains[:first]]
    words: list[str | Path] = ["fix", *paths, "--outside", "--root", "/"]
    env = {"XDG_STATE_HOME": str(tmp_path / "state")}
    done = run(*words, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    if paths == mains:
        assert shared.read_text() == "SSLUseStapling on\n"
        assert (bad.root / "site.conf").read_text().count("SSLUseStapling off") == 2
    assert [staple(good), staple(bad)] == ["good", None]
    assert "Nothing to repair" in run(*words, env=env).stdout
