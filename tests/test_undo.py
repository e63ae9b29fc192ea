"""Undo and recovery: the old files are restored, or nothing is changed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apachestaple.fix.outcome import FixOutcome
from apachestaple.fix.transaction.state import WriteError, only_one_fix
from apachestaple.fix.transaction.undo import latest_backup
from apachestaple.fix.transaction.write import NewText, written
from apachestaple.report.fix_json import fix_json
from tests.command.run import run
from tests.lab.server import MODULES
from tests.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
MODULE_LINES = "".join(
    f"LoadModule {name}_module {MODULES}/mod_{name}.so\n"
    for name in ("mpm_event", "authz_core", "ssl", "socache_shmcb")
)
# The report of an --undo without files.
NO_CHANGE = fix_json(FixOutcome(files=()))


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "apachestaple"


def fix(*arguments: object) -> subprocess.CompletedProcess[str]:
    return run("fix", *map(str, arguments), errors="surrogateescape")


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


def test_undo_names_the_files_that_it_restores_and_removes(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples/apache2", tmp_path / "apache2", symlinks=True)
    main = tmp_path / "apache2/apache2.conf"
    # Without a cache outside of the sites, fix makes a file for one.
    for name in ("ocsp-stapling.conf", "zz-hardening.conf"):
        (tmp_path / "apache2/conf-enabled" / name).unlink()
        (tmp_path / "apache2/conf-available" / name).unlink()
    assert fix(main).returncode in (0, 1)
    lines = fix("--undo").stdout.splitlines()
    restored, removed = lines.index("Restored:"), lines.index("Removed:")
    made = f"  {tmp_path}/apache2/conf-available/ocsp-stapling.conf"
    assert any("/sites-available/" in line for line in lines[restored:removed])
    assert lines[removed:].count(made) == 1
    assert made not in lines[:removed]


def test_undo_of_a_path_passes_over_the_fixes_of_others(tmp_path: Path) -> None:
    one, other = site(tmp_path, "one"), site(tmp_path, "other")
    before = one.read_bytes()
    fix(one)
    fix(other)
    changed = other.read_bytes()
    assert fix("--undo", one).returncode == 0
    assert (one.read_bytes(), other.read_bytes()) == (before, changed)


def test_undo_without_a_path_does_not_guess_between_several_configurations(
    tmp_path: Path, state: Path
) -> None:
    one, other = site(tmp_path, "one"), site(tmp_path, "other")
    before = one.read_bytes()
    fix(one)
    fix(other)
    changed = one.read_bytes(), other.read_bytes()
    for words in ([], ["--diff"], ["--format", "json"]):
        refused = fix("--undo", *words)
        assert (refused.returncode, refused.stdout) == (2, "")
        listed = rf"several configurations: {other} \({TIME}\); {one} \({TIME}\); name the one"
        assert re.search(listed, refused.stderr)
        assert (one.read_bytes(), other.read_bytes()) == changed
    assert len(os.listdir(state / "backups")) == 2
    # The other configuration has no fix any more, so only one can be meant.
    assert fix("--undo", other).returncode == 0
    assert fix("--undo").returncode == 0
    assert one.read_bytes() == before


def test_undo_lists_few_of_many_configurations(tmp_path: Path) -> None:
    sites = [site(tmp_path, f"site{number}") for number in range(7)]
    for path in sites:
        fix(path)
    refused = fix("--undo").stderr
    assert [path for path in sites if str(path) in refused] == sites[2:]
    assert "; and 2 more; name the one to undo" in refused


def test_the_latest_fix_of_this_machine_s_httpd_is_undone_without_a_path(tmp_path: Path) -> None:
    one, other = site(tmp_path, "one"), site(tmp_path, "other")
    fix(one)
    fix(other)
    assert latest_backup(own=lambda: str(other)).main_files == (str(other),)
    for words in ((), (lambda: str(one),)):
        with pytest.raises(WriteError, match="fixes of several configurations"):
            latest_backup((), *words)


def test_undo_of_a_path_does_not_undo_what_the_same_fix_did_elsewhere(tmp_path: Path) -> None:
    one, other = site(tmp_path, "one"), site(tmp_path, "other")
    before = one.read_bytes(), other.read_bytes()
    fix(one, other)
    changed = one.read_bytes(), other.read_bytes()
    refused = fix("--undo", one)
    assert refused.returncode == 2
    assert re.search(f"the fix of {TIME} also repaired {other}; to undo it, name", refused.stderr)
    assert (one.read_bytes(), other.read_bytes()) == changed
    assert fix("--undo", other, one).returncode == 0
    assert (one.read_bytes(), other.read_bytes()) == before


@pytest.mark.parametrize("words", [[], ["--diff"]])
def test_undo_names_the_configuration_and_the_time(tmp_path: Path, words: list[str]) -> None:
    path = site(tmp_path)
    fix(path)
    named = f"undo(ing)? the fix of {TIME} in {path}$"
    assert re.search(named, fix("--undo", *words).stderr, re.MULTILINE)


def test_without_a_backup_there_is_no_undo(tmp_path: Path) -> None:
    path = site(tmp_path)
    fix("--no-backup", path)
    after = path.read_bytes()
    done = fix("--undo")
    assert done.returncode == 2
    assert "there is no backup" in done.stderr
    assert path.read_bytes() == after


@pytest.mark.parametrize("diff", [(), ("--diff",)])
def test_without_a_backup_programs_get_a_report(tmp_path: Path, diff: tuple[str, ...]) -> None:
    path = site(tmp_path)
    done = fix("--undo", "--format", "json", *diff, path)
    assert (done.returncode, done.stdout) == (0, NO_CHANGE)
    assert f"there is no backup of {path} in" in done.stderr


def test_the_message_that_there_is_no_backup_is_short(tmp_path: Path) -> None:
    folder = tmp_path / "sites-available"
    folder.mkdir()
    for number in range(9):
        site(folder, f"{number}")
    done = fix("--undo", folder)
    assert done.returncode == 2
    assert re.search(
        r"there is no backup of .*/0\.conf, .*/4\.conf and 4 more files in", done.stderr
    )


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
from apachestaple.fix.transaction.state import WriteError, only_one_fix
from apachestaple.fix.transaction.undo import latest_backup
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
    assert (
        "was interrupted before everything was written and tested; its changes were reverted"
        in done.stderr
    )
    assert path.read_text() == "old"
    assert "Written" in done.stdout
    assert not (state / "journal").exists()
    assert "Nothing to recover" in fix("--recover").stdout


def test_undo_of_an_interrupted_fix_leaves_the_one_before_it(tmp_path: Path) -> None:
    earlier = site(tmp_path)
    fix(earlier)
    repaired = earlier.read_bytes()
    path = tmp_path / "old"
    path.write_text("old")
    interrupt(path)
    shown = fix("--undo", "--diff", "--format", "json")
    assert shown.returncode == 1
    assert "--undo would only revert the interrupted run" in shown.stderr
    assert path.read_text() == "new", "--diff changes nothing"
    done = fix("--undo", "--format", "json")
    assert shown.stdout == done.stdout
    assert done.returncode == 0
    assert "its changes were reverted" in done.stderr
    assert done.stdout == NO_CHANGE.replace("false", "true", 1)
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
        assert f"{second} was changed since the interrupted run" in done.stderr
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


# -- whose state folder it is --------------------------------------------------------------------


def planted(state: Path, victim: Path, **changed: object) -> Path:
    """A journal that has a file removed that no fix has made."""
    folder = state / "journal"
    folder.mkdir(parents=True)
    new = hashlib.sha256(victim.read_bytes()).hexdigest()
    target = {
        "path": str(victim),
        "temporary": f"{victim.parent}/.apachestaple-{'0' * 16}-0",
        "old": "absent",
        "new": f"sha256:{new}",
    }
    known = {
        "stage": "writing",
        "started": "20261125T100000.000000Z",
        "main_files": [],
        "kept": True,
        "undoes": None,
        "targets": [target | {key: changed[key] for key in target.keys() & changed.keys()}],
    }
    known |= {key: changed[key] for key in known.keys() & changed.keys()}
    path = folder / "journal.json"
    path.write_text(json.dumps(known))
    return path


def given_away(path: Path, *, folder: bool) -> None:
    """Let somebody else have made it."""
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    else:
        path.chmod(0o777 if folder else 0o666)


@pytest.mark.parametrize("whose", ["state", "above", "journal"])
@pytest.mark.parametrize("words", [["--recover"], ["--undo"], ["--diff"], []])
def test_a_journal_that_somebody_else_can_have_written_is_refused(
    tmp_path: Path, state: Path, whose: str, words: list[str]
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    journal = planted(state, victim)
    path = {"state": state, "above": state.parent, "journal": journal}[whose]
    given_away(path, folder=whose != "journal")
    done = fix(*words, *([site(tmp_path)] if words in ([], ["--diff"]) else []))
    assert done.returncode == 2
    assert "is not used, because" in done.stderr
    assert "Traceback" not in done.stderr
    assert victim.read_text() == "mine"
    assert journal.exists()


@pytest.mark.parametrize("words", [[], ["--diff"], ["--format", "json"]])
def test_a_backup_that_somebody_else_can_have_written_is_not_restored(
    tmp_path: Path, state: Path, words: list[str]
) -> None:
    """Otherwise any user could have root write any file, by a backup of another one."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    name = "20261125T100000.000000Z"
    old = hashlib.sha256(b"theirs").hexdigest()
    journal = planted(state, victim, old=f"sha256:{old}", stage="done", started=name)
    (state / "backups").mkdir()
    backup = journal.parent.rename(state / "backups" / name)
    copied = backup / "files" / str(victim).lstrip("/")
    copied.parent.mkdir(parents=True)
    copied.write_text("theirs")
    # It is a backup that would be restored.
    assert "+theirs" in fix("--undo", "--diff").stdout
    for path in (backup / "journal.json", backup, state / "backups"):
        trusted = path.stat()
        given_away(path, folder=path.is_dir())
        done = fix("--undo", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"{path} belongs to" in done.stderr or "can write to" in done.stderr
        assert victim.read_text() == "mine"
        os.chown(path, trusted.st_uid, trusted.st_gid)
        path.chmod(trusted.st_mode)


@pytest.mark.parametrize(
    "changed",
    [
        {"undoes": "../../victim"},
        {"undoes": ".."},
        {"started": "../victim"},
        {"started": 1},
        {"stage": "somewhere"},
        {"main_files": [1]},
        {"targets": "all"},
        {"targets": [{"path": "/x"}]},
        {"path": "victim"},
        {"path": 1},
        {"path": "/x/../victim"},
        {"temporary": "/etc/passwd"},
        {"temporary": "/tmp/.apachestaple-0000000000000000-0"},
        {"new": "anything"},
    ],
)
def test_a_journal_that_no_fix_can_have_written_is_refused(
    tmp_path: Path, state: Path, changed: dict[str, object]
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    planted(state, victim, **changed)
    done = fix("--recover")
    assert done.returncode == 2
    assert "journal.json cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
    assert victim.read_text() == "mine"
    assert "recover" not in done.stdout


def test_recovery_follows_no_link_that_has_taken_a_folders_place(
    tmp_path: Path, state: Path
) -> None:
    folder, other = tmp_path / "folder", tmp_path / "other"
    folder.mkdir()
    path = folder / "old"
    path.write_text("old")
    interrupt(path)
    folder.rename(tmp_path / "aside")
    other.mkdir()
    (other / "old").write_text("new")
    folder.symlink_to("other")
    done = fix("--recover")
    assert done.returncode == 2
    assert f"{folder}: is a symbolic link, which is not followed" in done.stderr
    assert (other / "old").read_text() == "new"
    assert (state / "journal").exists()
    folder.unlink()
    (tmp_path / "aside").rename(folder)
    assert fix("--recover").returncode == 0
    assert path.read_text() == "old"


def test_a_link_is_put_back_only_as_it_was(tmp_path: Path, state: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("first")
    program = f"""
import os
from apachestaple.fix.transaction.state import WriteError, only_one_fix
from apachestaple.fix.transaction.undo import latest_backup
from apachestaple.fix.transaction.write import NewText, written
with only_one_fix(), written([NewText({str(link)!r}, "first", "second", is_link=True)]):
    os.kill(os.getpid(), {int(signal.SIGKILL)})
"""
    subprocess.run([sys.executable, "-c", program], check=False)
    assert os.readlink(link) == "second"
    copied = state / "journal" / "files" / str(link).lstrip("/")
    copied.unlink()
    copied.symlink_to("/etc/shadow")
    done = fix("--recover")
    assert done.returncode == 2
    assert f"{copied} is damaged" in done.stderr
    assert os.readlink(link) == "second"
    copied.unlink()
    copied.symlink_to("first")
    assert fix("--recover").returncode == 0
    assert os.readlink(link) == "first"


def test_the_state_folder_is_made_for_its_owner_alone(tmp_path: Path, state: Path) -> None:
    mask = os.umask(0)
    try:
        fix(site(tmp_path))
    finally:
        os.umask(mask)
    assert [path.stat().st_mode & 0o777 for path in (state.parent, state)] == [0o700, 0o700]


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

    # Without --root it is not even read.
    shown = fix("--diff", "--root", "/", main)
    assert shown.stdout.count("+++ ") == 1
    written = fix("--root", "/", main)
    for path in (linked, elsewhere):
        assert f"{path} line 2 was not changed" in written.stdout
    assert inside.read_bytes() != elsewhere.read_bytes() == linked.read_bytes() == before
    assert "Written" in fix("--outside", "--root", "/", main).stdout
    assert inside.read_bytes() == elsewhere.read_bytes() == linked.read_bytes() != before
    assert (root / "sites" / "linked.conf").is_symlink()


def test_a_state_folder_that_cannot_be_used_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = site(tmp_path)
    before = path.read_bytes()
    monkeypatch.setenv("XDG_STATE_HOME", str(path))
    done = fix(path)
    assert done.returncode == 2
    assert done.stderr.startswith("apachestaple: journal and lock cannot be written (")
    assert done.stderr.count("\n") == 1
    assert path.read_bytes() == before
