"""``fix FILE`` repairs a file in the server that includes it, and changes no other file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.in_process import run_here
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

    from tests.lab.play import Lab
    from tests.lab.server import Httpd

ON = "SSLUseStapling on"
ERRORS = "SSLStaplingReturnResponderErrors off\nSSLStaplingFakeTryLater off\n"
INCLUDES = "Include a.conf\nInclude b.conf\n"
A, B = "a.example.com", "b.example.com"


def fix(httpd: Httpd, state: Path, name: str) -> CompletedProcess[str]:
    done = run_here("fix", httpd.root / name, env={"XDG_STATE_HOME": str(state)})
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done


def test_only_the_given_file_is_changed(lab: Lab, tmp_path: Path) -> None:
    files = {
        f"{name}.conf": tls_host(ON, name=f"{name}.example.com", certificate="no-ocsp")
        for name in "ab"
    }
    with lab.httpd(f"{CACHE}{ERRORS}{INCLUDES}", files=files) as httpd:
        other = (httpd.root / "b.conf").read_text()
        done = fix(httpd, tmp_path, "a.conf")
        # The line is removed, because the main server is known to have no SSLUseStapling.
        assert "SSLUseStapling" not in (httpd.root / "a.conf").read_text()
        assert (httpd.root / "b.conf").read_text() == other
        assert B not in done.stdout
        assert "Nothing to repair" in fix(httpd, tmp_path, "a.conf").stdout
        assert httpd.start(), httpd.log


def test_a_file_that_needs_other_changes_stays(lab: Lab, tmp_path: Path) -> None:
    files = {"a.conf": tls_host(name=A), "b.conf": tls_host(name=B)}
    with lab.httpd(f"{ERRORS}{INCLUDES}", files=files) as httpd:
        before = (httpd.root / "a.conf").read_text()
        done = fix(httpd, tmp_path, "a.conf")
        # Stapling without SSLStaplingCache would keep httpd from starting.
        assert (httpd.root / "a.conf").read_text() == before
        main = httpd.root / "httpd.conf"
        assert "needs changes in other files, too" in done.stdout
        assert f"apachestaple fix {main}" in done.stdout
        assert httpd.start(), httpd.log
        httpd.stop()
        fix(httpd, tmp_path, "httpd.conf")
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, A).good
        assert handshake(httpd.port, B).good


@pytest.mark.parametrize("name", ["a.conf", "httpd.conf"])
def test_what_other_files_need_is_listed(lab: Lab, tmp_path: Path, name: str) -> None:
    files = {"a.conf": tls_host("Include shared.conf", name=A), "shared.conf": f"{ON}\n"}
    main = f"{CACHE}{ERRORS}Include a.conf\n"
    with lab.httpd(main, files=files) as httpd:
        text = (httpd.root / "a.conf").read_text()
        (httpd.root / "a.conf").write_text(text.replace("certs/good", "certs/no-ocsp"))
        fix(httpd, tmp_path, name)
        assert httpd.start(), httpd.log
        made = handshake(httpd.port, A)
        assert (made.connected, made.staple) == (True, None)
        has_shared_line = ON in (httpd.root / "shared.conf").read_text()
        assert has_shared_line or name == "httpd.conf"
