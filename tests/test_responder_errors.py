"""fix hides the errors of responders with the fewest lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

ON = "SSLUseStapling on"
RETURN_OFF, FAKE_OFF = "SSLStaplingReturnResponderErrors off", "SSLStaplingFakeTryLater off"
FAKE_ON = "SSLStaplingFakeTryLater on"


def host(name: str, *lines: str) -> str:
    return tls_host(ON, *lines, certificate="dead-responder", name=f"{name}.example.com")


@pytest.mark.parametrize(
    ("hosts", "added"),
    [
        # Beside the first switch, if there is only one.
        (host("a", RETURN_OFF), [f"    {FAKE_OFF}"]),
        (host("a", RETURN_OFF) + host("b", RETURN_OFF), [FAKE_OFF]),
        (host("a", RETURN_OFF) + host("b"), [RETURN_OFF, FAKE_OFF]),
        (host("a", RETURN_OFF, FAKE_OFF) + host("b", RETURN_OFF), [f"    {FAKE_OFF}"]),
        (host("a") + host("b", RETURN_OFF, FAKE_ON), [RETURN_OFF, FAKE_OFF, f"    {FAKE_OFF}"]),
    ],
    ids=["one", "two", "one and unset", "one of two", "explicitly on"],
)
def test_the_second_switch_is_set_once(
    lab: Lab, tmp_path: Path, hosts: str, added: list[str]
) -> None:
    with lab.httpd(CACHE + hosts) as httpd:
        site = httpd.root / "site.conf"
        before = site.read_text().splitlines()
        done = run(
            *("fix", httpd.root / "httpd.conf", "--configtest", "never"),
            env={"XDG_STATE_HOME": str(tmp_path)},
        )
        assert done.returncode == 0, done.stdout
        after = site.read_text().splitlines()
        for line in before:
            if line.strip() != FAKE_ON:
                after.remove(line)
        assert after == added
        assert httpd.start(), httpd.log
        for name in ("a", "b"):
            made = handshake(httpd.port, f"{name}.example.com")
            assert made.connected
            assert made.staple is None
