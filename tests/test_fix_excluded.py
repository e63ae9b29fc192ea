"""Files that the settings exclude: fix edits none of them, and repairs the other files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.play import Lab
    from tests.lab.server import Httpd

ON = "SSLUseStapling on"
ERRORS = "SSLStaplingReturnResponderErrors off\nSSLStaplingFakeTryLater off\n"
A, B = "a.example.com", "b.example.com"


@pytest.fixture
def httpd(lab: Lab) -> Iterator[Httpd]:
    """A server with the same misspelling in two files, of which one is in sites, by a link."""
    misspelled = ON.replace("Stapling", "Stappling")
    files = {f"{name}.conf": tls_host(name=f"{name}.example.com") for name in "ab"}
    main = f"{CACHE}{ERRORS}Include a.conf\nInclude sites/*.conf\n"
    with lab.httpd(main, files=files) as httpd:
        for name in "ab":
            path = httpd.root / f"{name}.conf"
            path.write_text(path.read_text().replace("SSLEngine on", f"SSLEngine on\n{misspelled}"))
        (httpd.root / "sites").mkdir()
        (httpd.root / "sites/b.conf").symlink_to("../b.conf")
        yield httpd


def fix(httpd: Httpd, state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run("fix", *words, "httpd.conf", cwd=httpd.root, env={"XDG_STATE_HOME": str(state)})


@pytest.mark.parametrize("pattern", ["b.conf", "sites", "sites/*.conf", "./b.conf"])
def test_an_excluded_file_is_not_edited(httpd: Httpd, tmp_path: Path, pattern: str) -> None:
    (httpd.root / "apachestaple.toml").write_text(f"exclude = ['{pattern}']\n")
    before = (httpd.root / "b.conf").read_text()
    done = fix(httpd, tmp_path)
    assert (httpd.root / "b.conf").read_text() == before
    assert ON in (httpd.root / "a.conf").read_text()
    (refusal,) = (line for line in done.stdout.splitlines() if "was not changed" in line)
    assert refusal.startswith("  b.conf line 4 was not changed")
    assert refusal.endswith("the file is excluded by the setting exclude")
    # As in lint, its findings are left out.
    assert "remaining finding" not in done.stdout
    assert done.returncode == 0
    assert run("lint", "httpd.conf", cwd=httpd.root).returncode == 0
    again = json.loads(fix(httpd, tmp_path, "--format", "json").stdout)
    assert not again["changed"]
    assert again["findings"] == []
    # The misspelled line is still there, so httpd does not start with it.
    assert not httpd.configtest().accepted
    (httpd.root / "apachestaple.toml").unlink()
    assert fix(httpd, tmp_path).returncode == 0
    assert httpd.start(), httpd.log
    assert all(handshake(httpd.port, name).good for name in (A, B))


def test_a_finding_that_is_ignored_in_a_file_is_not_repaired(httpd: Httpd, tmp_path: Path) -> None:
    linted = json.loads(run("lint", "--format", "json", "b.conf", cwd=httpd.root).stdout)
    (rule,) = {each["rule"] for each in linted["findings"] if "Stappling" in each["message"]}
    settings = httpd.root / "apachestaple.toml"
    settings.write_text(f"[per-path-ignores]\n'sites/b.conf' = ['{rule}']\n")
    before = (httpd.root / "b.conf").read_text()
    done = fix(httpd, tmp_path)
    assert done.returncode == 0, done.stdout
    assert (httpd.root / "b.conf").read_text() == before
    assert ON in (httpd.root / "a.conf").read_text()
    assert "was not changed" not in done.stdout
    settings.write_text("[per-path-ignores]\n'b.conf' = ['AS9']\n")
    done = fix(httpd, tmp_path)
    assert done.returncode == 2
    assert "no rule has the code or name 'AS9'" in done.stderr
