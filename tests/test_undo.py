"""Undo and recovery: what fix found is given back, or nothing is touched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apachestaple.fix.transaction.state import only_one_fix
from apachestaple.fix.transaction.write import NewText, written
from tests.lab.server import MODULES

if TYPE_CHECKING:
    from pathlib import Path

MODULE_LINES = "".join(
    f"LoadModule {name}_module {MODULES}/mod_{name}.so\n"
    for name in ("mpm_event", "authz_core", "ssl", "socache_shmcb")
)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "apachestaple"


def fix(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "apachestaple", "fix", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, check=False, text=True, errors="surrogateescape"
    )


def site(tmp_path: Path, name: str = "site") -> Path:
    path = tmp_path / f"{name}.conf"
    path.write_bytes(
        b"<VirtualHost *:443>\r\n\tSSLUseStapling \xe2\x80\x9con\xe2\x80\x9d\r\n# \xff"
    )
    return path


def server(tmp_path: Path, line: str) -> Path:
    main = tmp_path / "httpd.conf"
    main.write_text(
        f"ServerRoot {tmp_path}\nServerName x\nListen 127.0.0.1:1\nErrorLog error\nPidFile pid\n"
        f"{MODULE_LINES}{line}\n"
    )
    return main


def test_undo_gives_back_the_first_bytes_fix_by_fix(tmp_path: Path, state: Path) -> None:
    path = site(tmp_path)
    first = path.read_bytes()
    fix(path)
    path.write_bytes(path.read_bytes() + b"\nSSLUseStapling \xe2\x80\x9coff\xe2\x80\x9d\n")
    second = path.read_bytes()
    fix(path)
    assert path.read_bytes() != second
    assert len(os.listdir(state / "backups")) == 2

    shown = fix("--undo", "--diff")
    assert shown.returncode == 1
    assert "+SSLUseStapling “off”" in shown.stdout
    undone = fix("--undo")
    assert undone.returncode == 0, undone.stderr
    assert str(path) in undone.stdout
    assert path.read_bytes() == second
    # What was written in between is nobody's to throw away.
    refused = fix("--undo")
    assert refused.returncode == 2
    assert str(path) in refused.stderr
    assert path.read_bytes() == second
    path.write_bytes(second.partition(b"\nSSL")[0])
    assert fix("--undo").returncode == 0
    assert path.read_bytes() == first
    gone = fix("--undo")
    assert (gone.returncode, gone.stdout) == (2, "")
    assert "there is no backup" in gone.stderr


def test_undo_of_a_path_passes_over_the_fixes_of_others(tmp_path: Path) -> None:
    one, other = site(tmp_path, "one"), site(tmp_path, "other")
    before = one.read_bytes()
    fix(one)
    fix(other)
    changed = other.read_bytes()
    assert fix("--undo", one).returncode == 0
    assert (one.read_bytes(), other.read_bytes()) == (before, changed)


def test_without_a_backup_there_is_no_undo(tmp_path: Path) -> None:
    path = site(tmp_path)
    fix("--no-backup", path)
    after = path.read_bytes()
    done = fix("--undo")
    assert done.returncode == 2
    assert "there is no backup" in done.stderr
    assert path.read_bytes() == after


def test_undo_refuses_a_damaged_backup(tmp_path: Path, state: Path) -> None:
    path = site(tmp_path)
    fix(path)
    after = path.read_bytes()
    (copied,) = state.glob(f"backups/*/files{path}")
    copied.write_bytes(b"nonsense")
    done = fix("--undo")
    assert done.returncode == 2
    assert f"{copied} is damaged" in done.stderr
    assert path.read_bytes() == after


def test_undo_and_recovery_take_no_options_that_say_how_to_repair(tmp_path: Path) -> None:
    path = site(tmp_path)
    fix(path)
    after = path.read_bytes()
    for words in (["--output", "x"], ["--unsafe", "--outside"], ["--no-backup"]):
        done = fix("--undo", *words)
        assert done.returncode == 2
        assert "--undo can only be used with" in done.stderr
    for words in (["--undo"], [str(path)]):
        done = fix("--recover", *words)
        assert done.returncode == 2
        assert "--recover cannot be used with" in done.stderr
    assert path.read_bytes() == after


def test_httpd_has_the_last_word_on_an_undo_too(tmp_path: Path) -> None:
    main = server(tmp_path, "SSLUseStapling “on”\nSSLStaplingCache shmcb:x(131072)")
    before = main.read_bytes()
    done = fix(main, "--configtest", "always")
    assert "Written" in done.stdout, done.stderr
    after = main.read_bytes()
    refused = fix("--undo", "--configtest", "always")
    assert refused.returncode == 2
    assert "SSLUseStapling must be On or Off" in refused.stderr
    assert main.read_bytes() == after
    assert fix("--undo", "--configtest", "never").returncode == 0
    assert main.read_bytes() == before


def test_what_was_made_goes_and_what_was_taken_away_comes_back(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "old").write_text("1")
    (tree / "old").chmod(0o600)
    (tree / "old-link").symlink_to("old")
    files = [
        NewText(str(tree / "old"), "1", None),
        NewText(str(tree / "old-link"), "old", None, is_link=True),
        NewText(str(tree / "made"), None, "2"),
        NewText(str(tree / "link"), None, "made", is_link=True),
    ]
    with only_one_fix(), written(files, kept=True):
        pass
    assert sorted(os.listdir(tree)) == ["link", "made"]
    done = fix("--undo")
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(tree)) == ["old", "old-link"]
    assert (tree / "old").stat().st_mode & 0o777 == 0o600
    assert os.readlink(tree / "old-link") == "old"


# -- an interrupted run -------------------------------------------------------------------------


def interrupt(path: Path, new: str = "new", more: str = "") -> None:
    """Write a file, and end by SIGKILL where httpd would have its say."""
    program = f"""
import os
from apachestaple.fix.transaction.state import only_one_fix
from apachestaple.fix.transaction.write import NewText, written
old = open({str(path)!r}).read()
with only_one_fix(), written([NewText({str(path)!r}, old, {new!r}){more}], kept=True):
    os.kill(os.getpid(), {int(signal.SIGKILL)})
"""
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == new


def test_the_next_fix_takes_an_interrupted_one_back_and_says_so(
    tmp_path: Path, state: Path
) -> None:
    path, other = tmp_path / "old", site(tmp_path)
    path.write_text("old")
    interrupt(path)
    shown = fix("--diff", other)
    assert "an earlier run was interrupted" in shown.stderr
    assert path.read_text() == "new", "--diff changes nothing"
    done = fix(other)
    assert "was interrupted before all was written and tested, so it was taken back" in done.stderr
    assert path.read_text() == "old"
    assert "Written" in done.stdout
    assert not (state / "journal").exists()
    assert "nothing to recover" in fix("--recover").stdout


def test_undo_of_an_interrupted_fix_leaves_the_one_before_it(tmp_path: Path) -> None:
    earlier = site(tmp_path)
    fix(earlier)
    repaired = earlier.read_bytes()
    path = tmp_path / "old"
    path.write_text("old")
    interrupt(path)
    done = fix("--undo")
    assert done.returncode == 0
    assert "taken back" in done.stderr
    assert path.read_text() == "old"
    assert earlier.read_bytes() == repaired


def test_recovery_takes_away_what_was_made(tmp_path: Path) -> None:
    path, made = tmp_path / "old", tmp_path / "made"
    path.write_text("old")
    interrupt(path, more=f", NewText({str(made)!r}, None, 'x')")
    assert made.exists()
    assert fix("--recover").returncode == 0
    assert not made.exists()


def test_recovery_leaves_what_a_person_has_changed_since(tmp_path: Path, state: Path) -> None:
    path, second = tmp_path / "old", tmp_path / "second"
    path.write_text("old")
    second.write_text("2")
    interrupt(path, more=f", NewText({str(second)!r}, '2', '3')")
    second.write_text("mine")
    for words in (["--recover"], [site(tmp_path)], ["--undo"]):
        done = fix(*words)
        assert done.returncode == 2
        assert f"{second} is neither as it was" in done.stderr
        assert (path.read_text(), second.read_text()) == ("new", "mine")
    # With the file as it was, or as it was to be, it goes on.
    second.write_text("3")
    assert fix("--recover").returncode == 0
    assert (path.read_text(), second.read_text()) == ("old", "2")
    assert not (state / "journal").exists()


def test_recovery_puts_nothing_back_from_a_damaged_copy(tmp_path: Path, state: Path) -> None:
    path = tmp_path / "old"
    path.write_text("old")
    interrupt(path)
    copied = state / f"journal/files{path}"
    copied.write_text("nonsense")
    done = fix("--recover")
    assert done.returncode == 2
    assert f"{copied} is damaged" in done.stderr
    assert path.read_text() == "new"
    # With the copy as it was, it goes on.
    copied.write_text("old")
    assert fix("--recover").returncode == 0
    assert path.read_text() == "old"
    assert not (state / "journal").exists()


def test_a_journal_that_cannot_be_read_stops_all(tmp_path: Path, state: Path) -> None:
    path = tmp_path / "old"
    path.write_text("old")
    interrupt(path)
    (state / "journal" / "journal.json").write_text("{")
    done = fix(site(tmp_path))
    assert done.returncode == 2
    assert "journal.json cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


# -- outside ------------------------------------------------------------------------------------


def test_a_file_elsewhere_is_written_only_when_told(tmp_path: Path) -> None:
    """As /etc/letsencrypt/options-ssl-apache.conf, or a virtual host in somebody's home."""
    root = tmp_path / "etc"
    for folder in (root / "conf", root / "sites", tmp_path / "home"):
        folder.mkdir(parents=True)
    inside, elsewhere = site(root / "sites"), site(tmp_path / "home")
    linked = site(tmp_path / "home", "linked")
    for path in (inside, elsewhere, linked):
        path.write_bytes(path.read_bytes().partition(b"# \xff")[0] + b"</VirtualHost>\n")
    (root / "sites" / "linked.conf").symlink_to(linked)
    main = root / "conf" / "httpd.conf"
    main.write_text(f"ServerRoot {root}\nInclude sites/*.conf\nInclude {elsewhere}\n")
    before = inside.read_bytes()

    shown = fix("--diff", main)
    assert f"{linked}, {elsewhere} would be changed" in shown.stderr
    assert shown.stdout.count("+++ ") == 3
    refused = fix(main)
    assert refused.returncode == 2
    assert f"{linked}, {elsewhere} would be changed" in refused.stderr
    assert inside.read_bytes() == elsewhere.read_bytes() == linked.read_bytes() == before
    assert "Written" in fix("--outside", main).stdout
    assert inside.read_bytes() == elsewhere.read_bytes() == linked.read_bytes() != before
    assert (root / "sites" / "linked.conf").is_symlink()
