"""Writing: all files or none, and everything about a file kept but its text."""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
import struct
import subprocess
import sys
import tempfile
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apachestaple.cli.fix import fix as fix_command
from apachestaple.cli.options import Common
from apachestaple.fix.editing.compare import changed_lines
from apachestaple.fix.editing.diff import unified
from apachestaple.fix.outcome import FixError
from apachestaple.fix.transaction.state import WriteError, only_one_fix
from apachestaple.fix.transaction.write import NewText, encoded, written
from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.server import MODULES


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def write_all(files: list[NewText]) -> None:
    with only_one_fix(), written(files):
        pass


def texts(folder: Path, **files: str) -> list[NewText]:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return [NewText(str(folder / name), text, f"new {text}") for name, text in files.items()]


def test_mode_owner_and_attributes_are_kept(tmp_path: Path) -> None:
    (new,) = texts(tmp_path / "tree", a="old")
    path = Path(new.path)
    path.chmod(0o640)
    os.setxattr(path, "user.note", b"kept")
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    before = path.stat()
    write_all([new])
    after = path.stat()
    assert path.read_text() == "new old"
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert os.getxattr(path, "user.note") == b"kept"
    assert os.listdir(tmp_path / "tree") == ["a"]


def acl(*entries: tuple[int, int, int]) -> bytes:
    """An ACL as Linux keeps it in an attribute: tag, permissions and id of each entry."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


NOBODY_IN_PARTICULAR = 0xFFFFFFFF
ACL = acl(
    (0x01, 6, NOBODY_IN_PARTICULAR),
    (0x02, 4, 65534),  # one user more may read
    (0x04, 0, NOBODY_IN_PARTICULAR),
    (0x10, 4, NOBODY_IN_PARTICULAR),
    (0x20, 0, NOBODY_IN_PARTICULAR),
)


def test_an_acl_is_kept_and_that_of_the_folder_is_not_taken(tmp_path: Path) -> None:
    with_acl, without = files = texts(tmp_path / "tree", a="1", b="2")
    os.setxattr(with_acl.path, "system.posix_acl_access", ACL)
    os.setxattr(tmp_path / "tree", "system.posix_acl_default", ACL)
    write_all(files)
    assert os.getxattr(with_acl.path, "system.posix_acl_access") == ACL
    assert os.listxattr(without.path) == []
    assert Path(without.path).read_text() == "new 2"


def test_a_file_with_two_names_keeps_its_text_under_the_other(tmp_path: Path) -> None:
    site = curly(tmp_path)
    other = tmp_path / "other"
    other.hardlink_to(site)
    before = site.read_bytes()
    done = fix(site)
    assert site.read_bytes() != before
    assert other.read_bytes() == before
    assert f"{site} has other names (hard links)" in done.stdout


def test_what_is_made_and_what_is_taken_away_goes_with_the_rest(tmp_path: Path) -> None:
    (old,) = texts(tmp_path / "tree", a="1")
    made, link = str(tmp_path / "tree" / "made"), str(tmp_path / "tree" / "link")
    files = [
        NewText(old.path, old.old, None),
        NewText(made, None, "2"),
        NewText(link, None, "made", is_link=True),
    ]
    with only_one_fix():
        block = written(files)
        block.__enter__()
        assert sorted(os.listdir(tmp_path / "tree")) == ["link", "made"]
        assert Path(link).read_text() == "2"
        assert not block.__exit__(ValueError, ValueError("no good"), None)
    assert os.listdir(tmp_path / "tree") == ["a"]
    write_all(files)
    assert stat.S_IMODE(os.stat(made).st_mode) == 0o644
    write_all([file.undone for file in files])
    assert os.listdir(tmp_path / "tree") == ["a"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_the_run_takes_everything_back(tmp_path: Path, number: int) -> None:
    (new,) = texts(tmp_path / "tree", a="old")
    program = f"""
import os
from apachestaple.fix.transaction.state import only_one_fix
from apachestaple.fix.transaction.write import NewText, written
with only_one_fix(), written([NewText({new.path!r}, "old", "new")]):
    assert open({new.path!r}).read() == "new"
    os.kill(os.getpid(), {int(number)})
"""
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 128 + number
    assert Path(new.path).read_text() == "old"
    assert os.listdir(tmp_path / "tree") == ["a"]
    assert not (tmp_path / "state/apachestaple/journal").exists()


def test_a_file_that_has_changed_stops_all(tmp_path: Path) -> None:
    files = texts(tmp_path / "tree", a="1", b="2")
    (tmp_path / "tree" / "b").write_text("3")
    with pytest.raises(WriteError, match="has changed since it was read"):
        write_all(files)
    assert (tmp_path / "tree" / "a").read_text() == "1"
    assert sorted(os.listdir(tmp_path / "tree")) == ["a", "b"]


def test_a_file_that_is_gone_stops_all(tmp_path: Path) -> None:
    files = texts(tmp_path / "tree", a="1", b="2")
    (tmp_path / "tree" / "b").unlink()
    with pytest.raises(WriteError, match="nothing was changed"):
        write_all(files)
    assert (tmp_path / "tree" / "a").read_text() == "1"


def test_a_rename_that_fails_brings_the_old_files_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk gives out between two renames; nothing but a fault put in can show that."""
    files = texts(tmp_path / "tree", a="1", b="2")
    replace = os.replace
    calls = []

    def failing(source: str, target: str, **folders: int) -> None:
        if target in {"a", "b"}:
            calls.append(target)
        if len(calls) == 2:
            raise OSError(errno.EIO, os.strerror(errno.EIO), target)
        replace(source, target, **folders)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(WriteError, match="nothing was changed"):
        write_all(files)
    assert [(tmp_path / "tree" / name).read_text() for name in ("a", "b")] == ["1", "2"]
    assert sorted(os.listdir(tmp_path / "tree")) == ["a", "b"]


def test_a_read_only_file_system_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It refuses every call that would change it, even to remove what is not there."""
    files = texts(tmp_path / "tree", a="1", b="2")

    def refusing(name: str, *, when: int = 0) -> None:
        real = getattr(os, name)

        def call(path: Any, *arguments: Any, **options: Any) -> Any:
            folder = options.get("dir_fd", options.get("src_dir_fd"))
            if folder is None:
                where = os.path.dirname(str(path))
            else:
                where = os.readlink(f"/proc/self/fd/{folder}")
            is_here = where == str(tmp_path / "tree")
            if is_here and (not when or arguments[0] & when):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)
            return real(path, *arguments, **options)

        monkeypatch.setattr(os, name, call)

    for name in ("unlink", "replace", "symlink", "chmod"):
        refusing(name)
    refusing("open", when=os.O_CREAT)
    with pytest.raises(WriteError, match=r"tree/a: Read-only file system; nothing was changed"):
        write_all(files)
    assert sorted(os.listdir(tmp_path / "tree")) == ["a", "b"]
    assert not (tmp_path / "state/apachestaple/journal").exists()


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the kernel refuses the write."""
    tree = tmp_path / "tree"
    tree.mkdir()
    host = tls_host("SSLUseStapling on")
    for name in ("a", "b"):
        (tree / f"{name}.conf").write_text("#" * 5000 + "\n" + host.replace("on\n", "“on”\n"))
    before = {path: path.read_bytes() for path in tree.iterdir()}
    done = fix("--no-backup", *before, limit=4096)
    assert done.returncode == 2, done.stdout
    assert "nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in tree.iterdir()} == before


def test_a_backup_lies_outside_the_tree_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    files = texts(tmp_path / "tree", a="1")
    with only_one_fix(), written(files, kept=True) as folder:
        pass
    assert folder is not None
    backup = Path(folder)
    assert not backup.is_relative_to(tmp_path / "tree")
    assert (backup / "files" / files[0].path.lstrip("/")).read_text() == "1"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o700


def test_a_state_folder_that_cannot_be_examined_is_an_error(tmp_path: Path) -> None:
    site = curly(tmp_path)
    before = site.read_bytes()
    (tmp_path / "loop").symlink_to("loop")
    done = run("fix", site, env={"XDG_STATE_HOME": str(tmp_path / "loop")})
    assert done.returncode == 2
    assert "journal and lock cannot be written (" in done.stderr
    assert "Too many levels of symbolic links); nothing was changed" in done.stderr
    assert site.read_bytes() == before


def test_a_second_run_is_kept_out() -> None:
    with (
        only_one_fix(),
        pytest.raises(WriteError, match="another apachestaple fix is running"),
        only_one_fix(),
    ):
        pass


def fix(
    *arguments: object, limit: int = resource.RLIM_INFINITY
) -> subprocess.CompletedProcess[str]:
    """Run it; no file that it writes may have more than ``limit`` bytes."""
    return subprocess.run(
        [sys.executable, "-m", "apachestaple", "fix", *map(str, arguments)],
        capture_output=True,
        check=False,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def curly(folder: Path) -> Path:
    path = folder / "site.conf"
    text = "<VirtualHost *:443>\r\n\tSSLUseStapling “on”\r\n</VirtualHost>\r\n# \udcff"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


def test_links_are_followed_and_left(tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    real = curly(tmp_path / "sites")
    link = tmp_path / "link.conf"
    link.symlink_to("sites/site.conf")
    assert fix(link).returncode == 0
    assert link.is_symlink()
    assert real.read_bytes() == (
        b'<VirtualHost *:443>\r\n\tSSLUseStapling "on"\r\n</VirtualHost>\r\n# \xff'
    )


LINES = st.sampled_from(["a\n", "b\n", "c\r\n", "\n", "é\n", *(f"{n}\n" for n in range(20))])
CURLY = b"SSLUseStapling \xe2\x80\x9con\xe2\x80\x9d"
HOST = b"<VirtualHost *:443>\n    " + CURLY + b"\n</VirtualHost>\n"


@pytest.mark.parametrize(
    "text",
    [
        HOST,
        HOST.replace(b"\n", b"\r\n"),
        HOST.removesuffix(b"\n"),
        HOST.replace(b"\n", b"\r\n").removesuffix(b"\r\n"),
        HOST + CURLY,
        b"# \xff\xfe \xe4\n" + HOST + b"# \x00 \x0c \x1c\xc2\x85\xe2\x80\xa8 #\n",
        HOST * 40,
        b"".join(HOST.replace(b"*", b"127.0.0.%d" % n) for n in range(40)),
    ],
    ids=["lf", "crlf", "no-end", "crlf-no-end", "last-line", "bytes", "alike", "different"],
)
@pytest.mark.parametrize("name", ["site.conf", "a site.conf", 'a "b"\\\x01\udcff.conf'])
def test_the_diff_is_one_that_patch_accepts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / name
    path.write_bytes(text)
    old = text.decode("utf-8", "surrogateescape")
    new = old.replace("“", '"').replace("”", '"')
    patched = patch("-p1", encoded(unified(NewText(str(path), old, new), str(tmp_path))), tmp_path)
    assert patched.stdout == f"patching file {shown(name)}\n".encode("utf-8", "surrogateescape")
    assert path.read_bytes() == encoded(new) != text


def test_the_diff_is_what_would_be_written(tmp_path: Path) -> None:
    path = curly(tmp_path)
    command = [sys.executable, "-m", "apachestaple", "fix", "--diff", "site.conf"]
    diff = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).stdout
    before = path.read_bytes()
    patch("-p1", diff, tmp_path)
    patched = path.read_bytes()
    path.write_bytes(before)
    fix(path)
    assert path.read_bytes() == patched != before


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=30), st.lists(LINES, max_size=30))
def test_any_diff_is_one_that_patch_accepts(old: list[str], new: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "f")
        path.write_bytes("".join(old).encode())
        diff = unified(NewText(str(path), "".join(old), "".join(new)), "/")
        if old != new:
            patch("-p1", diff.encode(), "/")
        assert not path.exists() or path.read_bytes() == "".join(new).encode()
        assert path.exists() or not new


SECTION = (
    "<VirtualHost *:443>\n",
    "SSLEngine on\n",
    "A\n",
    "SSLUseStapling on\n",
    "</VirtualHost>\n",
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 159), max_size=20), st.lists(st.sampled_from(SECTION), max_size=4))
def test_a_diff_of_equal_hosts_shows_only_the_changed_lines(at: list[int], by: list[str]) -> None:
    old = [*SECTION * 40]
    parts = [by if number in at else [line] for number, line in enumerate(old)]
    new = [line for part in parts for line in part]
    changes = changed_lines(old, new)
    rest = old.copy()
    for change in reversed(changes):
        rest[change.old_from : change.old_to] = new[change.new_from : change.new_to]
    assert rest == new
    assert sum(change.old_to - change.old_from for change in changes) <= 2 * len(at) * len(SECTION)


UNIQUE = [f"line {number}" for number in range(300)]
FAR = [*SECTION * 100]


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        (
            FAR,
            [*FAR[:102], *FAR[103:302], *FAR[303:]],
            [(102, 103, 102, 102), (302, 303, 301, 301)],
        ),
        (
            FAR,
            [*FAR[:102], "x", *FAR[102:302], "x", *FAR[302:]],
            [(102, 102, 102, 103), (302, 302, 303, 304)],
        ),
        (
            FAR,
            [*FAR[:102], "x", *FAR[103:302], "x", *FAR[303:]],
            [(102, 103, 102, 103), (302, 303, 302, 303)],
        ),
        # More lines than are searched for an equal one.
        (
            UNIQUE,
            [*UNIQUE[:150], *"x" * 100, *UNIQUE[150:280], "x", *UNIQUE[281:]],
            [(150, 150, 150, 250), (280, 281, 380, 381)],
        ),
        (
            UNIQUE,
            [*UNIQUE[:150], *UNIQUE[250:280], "x", *UNIQUE[281:]],
            [(150, 250, 150, 150), (280, 281, 180, 181)],
        ),
        # Single equal lines between changes, far from the beginning.
        (
            [*UNIQUE, "a", "}", "b", "}", "c"],
            [*UNIQUE, "A", "}", "B", "}", "C"],
            [(300, 301, 300, 301), (302, 303, 302, 303), (304, 305, 304, 305)],
        ),
    ],
    ids=["removed", "added", "replaced", "many added", "many removed", "single equal lines"],
)
def test_a_diff_has_the_fewest_lines(
    old: list[str], new: list[str], changes: list[tuple[int, int, int, int]]
) -> None:
    assert changed_lines(old, new) == changes


def test_of_lines_that_are_not_repeated_the_most_are_kept() -> None:
    old = list("abcde")
    for new in map(list, permutations(old)):
        changed = sum(change.old_to - change.old_from for change in changed_lines(old, new))
        kept = (part for size in range(6) for part in combinations(new, size))
        assert len(old) - changed == max(len(part) for part in kept if list(part) == sorted(part))


def patch(strip: str, diff: bytes, folder: Path | str) -> subprocess.CompletedProcess[bytes]:
    command = ["patch", strip, "--fuzz=0"]
    return subprocess.run(command, cwd=folder, input=diff, capture_output=True, check=True)


def shown(name: str) -> str:
    """A name as patch prints it."""
    return name if name == "site.conf" else f"'{name}'"


def test_a_diff_of_files_elsewhere_is_for_the_root_folder(tmp_path: Path) -> None:
    path = tmp_path / "site.conf"
    path.write_bytes(HOST)
    patch("-p1", fix("--diff", path).stdout.encode(), "/")
    assert CURLY not in path.read_bytes() != b""


def test_the_tree_can_be_written_elsewhere(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "available").mkdir(parents=True)
    (tree / "enabled").mkdir()
    real = curly(tree / "available")
    (tree / "enabled" / "site.conf").symlink_to("../available/site.conf")
    (tree / "httpd.conf").write_text("ServerRoot /x\nInclude enabled/*.conf\n")
    real.chmod(0o600)
    before = real.read_bytes()
    output = tmp_path / "output"
    done = fix(tree / "httpd.conf", "--output", output)
    assert real.read_bytes() == before
    assert (output / "available" / "site.conf").read_bytes() != before, done
    assert (output / "enabled" / "site.conf").is_symlink()
    assert stat.S_IMODE((output / "available" / "site.conf").stat().st_mode) == 0o600
    assert (output / "httpd.conf").read_text() == (tree / "httpd.conf").read_text()
    again = fix(tree / "httpd.conf", "--output", output)
    assert again.returncode == 2
    assert "not an empty folder" in again.stderr


def test_a_tree_that_cannot_be_written_elsewhere_leaves_nothing_there(tmp_path: Path) -> None:
    tree, output = tmp_path / "tree", tmp_path / "output"
    tree.mkdir()
    output.mkdir()
    (tree / "available").mkdir()
    (tree / "enabled").symlink_to("available")
    (tree / "available/site.conf").write_text("# small\n")
    (tree / "a.conf").write_text("Include enabled/site.conf\n")
    (tree / "b.conf").write_text("#" * 5000 + "\n")
    (tree / "httpd.conf").write_text(f"ServerRoot {tree}\nInclude *.conf\n".replace("*", "[ab]"))
    done = fix(tree, "--output", output, limit=4096)
    assert done.returncode == 2
    assert "File too large; nothing was written" in done.stderr
    assert os.listdir(output) == []


def test_what_httpd_rejects_is_taken_back(tmp_path: Path) -> None:
    """A template of the user's own with a directive of a module that is not loaded."""
    main = tmp_path / "httpd.conf"
    main.write_text(
        f"ServerRoot {tmp_path}\nServerName x\nListen 127.0.0.1:1\nErrorLog error\nPidFile pid\n"
        + "".join(
            f"LoadModule {name}_module {MODULES}/mod_{name}.so\n"
            for name in ("mpm_event", "authz_core", "ssl", "socache_shmcb")
        )
        + "SSLStaplingCache shmcb:x(12345)\n"
    )
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "stapling_cache.conf.j2").write_text(
        "SSLStaplingCache shmcb:{{ path }}({{ size }})\nMDStapling on\n"
    )
    before = main.read_text()
    done = fix(main, "--configtest", "always", "--templates", templates)
    assert done.returncode == 2
    assert "all changes were reverted" in done.stderr
    assert "Invalid command 'MDStapling'" in done.stderr
    assert main.read_text() == before


def test_what_reads_otherwise_once_it_is_written_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody puts a site beside the others meanwhile; only a fault put in comes in time."""
    (tmp_path / "sites").mkdir()
    main, late = tmp_path / "httpd.conf", tmp_path / "sites" / "late.conf"
    main.write_text(f"ServerRoot {tmp_path}\nSSLUseStapling “off”\nIncludeOptional sites/*.conf\n")
    before = main.read_bytes()
    replace = os.replace

    def with_company(source: str, target: str, **folders: int) -> None:
        replace(source, target, **folders)
        if target == main.name:
            late.write_text("SSLUseStapling “off”\n")

    monkeypatch.setattr(os, "replace", with_company)
    with pytest.raises(FixError, match=f"not as planned.*{late}"):
        fix_command(Common(), [str(main)], configtest="never")
    assert main.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["httpd.conf", "sites", "state"]


def test_two_configurations_may_share_a_file(tmp_path: Path) -> None:
    """What the second takes out of it moves the lines that the first has seen."""
    shared, one, two = (tmp_path / name for name in ("shared.conf", "one.conf", "two.conf"))
    shared.write_text("SSLStaplingCache shmcb:x(131072)\nSSLStaplingResponseTimeSkew 5s\n")
    one.write_text(f"ServerRoot {tmp_path}\nInclude shared.conf\n")
    two.write_text(
        f"LoadModule ssl_module {MODULES}/mod_ssl.so\n"
        f"{one.read_text()}SSLStaplingCache shmcb:y(131072)\n"
    )
    done = fix(one, two, "--configtest", "never")
    assert "Written:\n" in done.stdout, done.stderr
    assert shared.read_text() == "SSLStaplingResponseTimeSkew 5s\n"


@pytest.mark.parametrize(
    "template",
    [
        *("{{ missing }}", "{% for %}", "", "# only a comment", "</VirtualHost>", "<Directory />"),
        "<IfModule ssl_module>\nSSLStaplingCache shmcb:x(131072)",
        "SSLStaplingCahce shmcb:x(131072)",
        "SSLStaplingCache shm:x(131072)",
        "SSLStaplingCache shmcb:x(100)",
        "SSLStaplingCache shmcb:x(131072) further",
        "SSLUseStapling yes",
        "SSLStaplingResponderTimeout -1",
        "<Location />\nSSLOptions +StdEnvVars\n</Location>",
        "SSLStaplingCache shmcb:x(131072)\\",
        "SSLStaplingCache \\\nshmcb:x(131072)",
        "# comment \\\nSSLStaplingCache shmcb:x(131072)",
        "SSLStaplingCache shmcb:x(131072)\nLoadFile /tmp/x.so",
        'SSLStaplingCache shmcb:x(131072)\n"LoadFile" /tmp/x.so',
        'SSLStaplingCache shmcb:x(131072)\nErrorLog "|/bin/sh -c id"',
        "SSLStaplingCache shmcb:x(131072)\nInclude /etc/passwd",
        "SSLStaplingCache shmcb:x(131072)\nDefine A b",
        "SSLStaplingCache shmcb:x(131072)\nLoadModule ssl_module /tmp/x.so",
        "SSLStaplingCache shmcb:x(131072)\n<IfDefine A>\n</IfDefine>",
        "SSLStaplingCache shmcb:${HOME}(131072)",
        "SSLStaplingCache shmcb:x(131072)\n# \x1b[2J",
        "SSLStaplingCache shmcb:x(131072)\n# a\rLoadFile /tmp/x.so",
    ],
)
def test_a_template_that_is_no_use_is_refused_before_a_byte_is_written(
    tmp_path: Path, template: str
) -> None:
    main = tmp_path / "httpd.conf"
    main.write_text(f"ServerRoot {tmp_path}\n{CACHE.replace('131072', '12345')}")
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "stapling_cache.conf.j2").write_text(template)
    before = main.read_text()
    done = fix(main, "--templates", templates)
    assert done.returncode == 2
    assert "stapling_cache.conf.j2" in done.stderr
    assert main.read_text() == before


def test_a_template_cannot_reach_out_of_its_sandbox(tmp_path: Path) -> None:
    main = tmp_path / "httpd.conf"
    main.write_text(f"ServerRoot {tmp_path}\n{CACHE.replace('131072', '12345')}")
    templates = tmp_path / "templates"
    templates.mkdir()
    escape = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    (templates / "stapling_cache.conf.j2").write_text(escape)
    done = fix(main, "--templates", templates)
    assert done.returncode == 2
    assert "unsafe" in done.stderr


def test_files_and_links_are_made_and_taken_away(tmp_path: Path) -> None:
    made = str(tmp_path / "available.conf"), str(tmp_path / "enabled.conf")
    files = [
        NewText(made[0], None, "SSLUseStapling on\n"),
        NewText(made[1], None, "available.conf", is_link=True),
    ]
    write_all(files)
    assert os.readlink(made[1]) == "available.conf"
    assert Path(made[1]).read_text() == "SSLUseStapling on\n"
    assert stat.S_IMODE(os.stat(made[0]).st_mode) == 0o644
    with pytest.raises(WriteError, match="has changed"):
        write_all(files)
    with only_one_fix(), written([file.undone for file in files], kept=True) as folder:
        assert folder is not None
    assert os.readlink(f"{folder}/files/{made[1]}") == "available.conf"
    assert [name for name in os.listdir(tmp_path) if name.endswith(".conf")] == []


def test_what_was_made_is_gone_when_a_later_file_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [NewText(str(tmp_path / "made"), None, "1"), *texts(tmp_path / "tree", a="1")]
    replace = os.replace

    def failing(source: str, target: str, **folders: int) -> None:
        if target == "a":
            raise OSError(errno.EIO, os.strerror(errno.EIO), target)
        replace(source, target, **folders)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(WriteError, match="nothing was changed"):
        write_all(files)
    assert sorted(os.listdir(tmp_path)) == ["state", "tree"]


def test_a_diff_shows_three_lines_around_a_change(tmp_path: Path) -> None:
    old = [f"A{number}\n" for number in range(20)]
    path = tmp_path / "site.conf"
    path.write_text("".join([*old[:10], "<VirtualHost *:443>\nSSLUseStaping on\n", *old[10:]]))
    lines = fix("--diff", path).stdout.splitlines()
    assert lines[3:] == [
        *(" A8", " A9", " <VirtualHost *:443>"),
        *("-SSLUseStaping on", "+SSLUseStapling on"),
        *(" A10", " A11", " A12"),
    ]
