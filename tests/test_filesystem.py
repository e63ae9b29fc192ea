"""Who can change a path, reading within limits, and writing that follows no link put in the way."""

from __future__ import annotations

import contextlib
import os
import resource
import stat
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from apachestaple.filesystem import new_files, replacing
from apachestaple.filesystem.folders import OpenFolders
from apachestaple.filesystem.replacing import replace_file
from apachestaple.filesystem.trust import distrust
from apachestaple.fix.transaction import write
from apachestaple.fix.transaction.recover import recover
from apachestaple.fix.transaction.state import WriteError, only_one_fix
from apachestaple.fix.transaction.write import NewText, written

# Nobody has this one.
STRANGER = 4_000_000


def test_what_root_and_the_caller_alone_can_write_is_trusted(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    path.chmod(0o644)
    assert distrust("/etc/passwd") is None
    assert distrust(str(path)) is None
    assert distrust(str(tmp_path / "missing" / "further")) is None
    assert distrust("/etc/passwd", caller=STRANGER) is None, "root owns it"


def test_what_belongs_to_somebody_else_is_not(tmp_path: Path) -> None:
    """To the stranger, this process is somebody else; root gives a file away to show the same."""
    path = tmp_path / "folder" / "file"
    path.parent.mkdir()
    path.write_text("")
    if os.geteuid() == 0:
        os.chown(path.parent, STRANGER, -1)
        assert distrust(str(path)) == f"{path.parent} belongs to the user with the id {STRANGER}"
        os.chown(path.parent, 0, -1)
        os.chown(path, 65534, -1)
        assert distrust(str(path)) == f"{path} belongs to the user nobody"
        assert distrust(str(path), caller=65534) is None
    else:
        assert "belongs to" in str(distrust(str(path), caller=STRANGER))


@pytest.mark.parametrize("mode", [0o666, 0o602])
def test_a_file_that_everybody_can_write_is_not_trusted(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.write_text("")
    path.chmod(mode)
    assert distrust(str(path)) == f"everybody can write to {path} (mode {mode:04o})"


def test_a_folder_that_everybody_can_write_is_trusted_with_the_sticky_bit(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").write_text("")
    folder.chmod(0o777)
    assert distrust(str(folder / "file")) == f"everybody can write to {folder} (mode 0777)"
    folder.chmod(0o1777)
    assert distrust(str(folder / "file")) is None


def test_every_link_and_what_it_leads_through_counts(tmp_path: Path) -> None:
    writable = tmp_path / "writable"
    writable.mkdir()
    (writable / "file").write_text("")
    writable.chmod(0o777)
    (tmp_path / "link").symlink_to("writable/../writable/file")
    (tmp_path / "folder").symlink_to(writable)
    (tmp_path / "loop").symlink_to("loop")
    for path in (tmp_path / "link", tmp_path / "folder" / "file"):
        assert distrust(str(path)) == f"everybody can write to {writable} (mode 0777)"
    with pytest.raises(OSError, match="Too many levels"):
        distrust(str(tmp_path / "loop"))


def test_a_group_that_is_not_the_owners_alone_is_not_trusted(tmp_path: Path) -> None:
    """With an ACL, the bits of the group are its mask, and others can write, too."""
    path = tmp_path / "file"
    path.write_text("")
    path.chmod(0o664)
    private = distrust(str(path)) is None
    acl = b"\x02\0\0\0" + b"".join(
        tag.to_bytes(2, "little") + perm.to_bytes(2, "little") + who.to_bytes(4, "little")
        for tag, perm, who in (
            (1, 6, 2**32 - 1),
            (2, 6, 65534),
            (4, 4, 2**32 - 1),
            (16, 6, 2**32 - 1),
            (32, 4, 2**32 - 1),
        )
    )
    os.setxattr(path, "system.posix_acl_access", acl)
    assert "the group" in str(distrust(str(path)))
    assert private or "the group" in str(distrust(str(path)))


# -- a report that is written to a file ----------------------------------------------------------


def test_a_report_takes_the_place_of_the_file_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "report"
    replace_file(str(path), b"1")
    assert path.stat().st_mode & 0o077 == 0o044 & ~_umask()
    path.chmod(0o600)
    before = path.stat().st_ino
    replace_file(str(path), b"2")
    assert path.read_bytes() == b"2"
    assert path.stat().st_ino != before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["report"]


def test_a_report_follows_a_link_only_where_nobody_else_can_have_put_it(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"old")
    target.chmod(0o644)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "report").symlink_to(target)
    replace_file(str(folder / "report"), b"new")
    assert target.read_bytes() == b"new"
    assert (folder / "report").is_symlink()
    folder.chmod(0o777)
    with pytest.raises(OSError, match="symbolic link, and everybody can write to"):
        replace_file(str(folder / "report"), b"newer")
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("kind", ["pipe", "device", "file"])
@pytest.mark.parametrize("above", ["/dev/shm", None])
def test_a_link_to_what_is_no_file_is_not_followed_either(kind: str, above: str | None) -> None:
    """Anybody can put links into /dev/shm as well."""
    with TemporaryDirectory(dir=above) as folder:
        os.chmod(folder, 0o777)  # noqa: S103
        pipe, file, link = (os.path.join(folder, name) for name in ("pipe", "file", "link"))
        os.mkfifo(pipe)
        Path(file).write_bytes(b"old")
        os.symlink({"pipe": pipe, "device": "/dev/null", "file": file}[kind], link)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        try:
            with pytest.raises(OSError, match="symbolic link, and everybody can write to"):
                replace_file(link, b"new")
            assert os.read(reader, 10) == b""
            assert Path(file).read_bytes() == b"old"
            replace_file(pipe, b"new")
            replace_file("/dev/null", b"new")
        finally:
            os.close(reader)


def test_lint_says_why_it_does_not_follow_such_a_link(tmp_path: Path) -> None:
    target, site = tmp_path / "target", tmp_path / "site.conf"
    target.write_bytes(b"old")
    site.write_text("<VirtualHost *:443>\n</VirtualHost>\n")
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o700)
    folder.chmod(0o777)
    (folder / "report").symlink_to(target)
    command = [sys.executable, "-m", "apachestaple", "lint", str(site), "--output"]
    done = subprocess.run(
        [*command, str(folder / "report")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "leads through a symbolic link" in done.stderr
    assert target.read_bytes() == b"old"


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_bytes(b"old")
    program = f"""
from apachestaple.filesystem.replacing import replace_file
replace_file({str(path)!r}, b"x" * 5000)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "File too large" in done.stderr
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report"]


def test_a_report_is_written_to_a_pipe_as_it_is(tmp_path: Path) -> None:
    program = """
from apachestaple.filesystem.replacing import replace_file
replace_file("/dev/stdout", b"report")
"""
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    assert done.stdout == b"report"
    with (tmp_path / "file").open("wb") as file:
        subprocess.run([sys.executable, "-c", program], stdout=file, check=True)
    assert (tmp_path / "file").read_bytes() == b"report"


def test_what_has_taken_the_place_of_a_pipe_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report"
    path.write_bytes(b"old")
    monkeypatch.setattr(replacing, "_mode", lambda _: stat.S_IFIFO | 0o600)
    with pytest.raises(OSError, match="was replaced while the report was written"):
        replace_file(str(path), b"new")
    assert path.read_bytes() == b"old"


# -- links that are put in the way ---------------------------------------------------------------


def test_no_part_of_a_path_that_is_opened_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real" / "inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real" / "last").symlink_to("inner")
    with OpenFolders() as folders:
        assert folders.at(str(tmp_path / "real" / "inner" / "file")).name == "file"
        for path in (tmp_path / "link" / "inner" / "file", tmp_path / "real" / "last" / "file"):
            with pytest.raises(OSError, match="is a symbolic link, which is not followed"):
                folders.at(str(path))


def test_a_tree_that_is_written_elsewhere_stays_in_its_folder(tmp_path: Path) -> None:
    output, victim = tmp_path / "output", tmp_path / "victim"
    output.mkdir()
    victim.mkdir()
    with OpenFolders(str(output), make=True) as folders:
        (output / "sites").symlink_to(victim)
        with pytest.raises(OSError, match="is a symbolic link, which is not followed"):
            folders.at(str(output / "sites" / "inner" / "site.conf"))
        folders.at(str(output / "conf" / "inner" / "httpd.conf"))
    assert os.listdir(victim) == []
    assert (output / "conf" / "inner").is_dir()


def test_a_file_that_became_huge_after_it_was_read_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "site.conf"
    path.write_text("old")
    os.truncate(path, new_files.LARGEST_FILE + 1)
    with (
        pytest.raises(WriteError, match=r"site\.conf: larger than"),
        only_one_fix(),
        written([NewText(str(path), "old", "new")]),
    ):
        pass
    assert path.stat().st_size > new_files.LARGEST_FILE


def test_a_temporary_file_that_is_gone_removes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "site.conf"
    path.write_text("old")
    monkeypatch.setattr(write, "write_new", lambda *_, **__: None)
    with (
        pytest.raises(WriteError, match="nothing was changed"),
        only_one_fix(),
        written([NewText(str(path), "old", "new")]),
    ):
        pass
    assert path.read_text() == "old"


_RACER = """
import os
parent = os.getppid()
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
print(flush=True)
while os.getppid() == parent:
    try:
        # The folder becomes a link to that of the victim, and a folder again.
        os.rename("tree/sites", "tree/aside")
        os.symlink("../victim", "tree/sites")
        os.unlink("tree/sites")
        os.rename("tree/aside", "tree/sites")
        # A temporary file becomes a link to the victim.
        for name in os.listdir("tree/sites"):
            if name.startswith(".apachestaple"):
                os.unlink(f"tree/sites/{name}")
                os.symlink("../../victim/site.conf", f"tree/sites/{name}")
    except OSError:
        pass
"""


def test_links_that_are_swapped_while_fix_writes_reach_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty times: the tree belongs to another user, where this one can give it away."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    tree, victim = tmp_path / "tree", tmp_path / "victim"
    sites = tree / "sites"
    sites.mkdir(parents=True)
    victim.mkdir()
    site, other = sites / "site.conf", victim / "site.conf"
    text = "old" * 10_000
    other.write_text(text)
    other.chmod(0o600)
    before = other.stat()
    if os.geteuid() == 0:
        for path in (tree, sites):
            os.chown(path, 65534, 65534)
        # It can name the victim, and not change it.
        tmp_path.chmod(0o711)
    racer = subprocess.Popen(
        [sys.executable, "-I", "-c", _RACER], cwd=tmp_path, stdout=subprocess.PIPE
    )
    assert racer.stdout is not None
    racer.stdout.readline()
    try:
        for number in range(20):
            _write_new(site, text, number)
            new = NewText(str(site), text, f"new {number}")
            # Whether it is written, or refused since the folder is a link, is all the same.
            with contextlib.suppress(WriteError), only_one_fix(), written([new]):
                pass
            _recovered()
            after = other.stat()
            assert other.read_text() == text
            assert (after.st_mode, after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
                *(before.st_mode, before.st_ino, before.st_mtime_ns, before.st_ctime_ns),
            )
            assert os.listdir(victim) == ["site.conf"]
    finally:
        racer.kill()
        racer.wait()
        racer.stdout.close()


def _recovered() -> None:
    for _ in range(1000):
        with contextlib.suppress(WriteError):
            recover()
            return
    raise AssertionError("the interrupted run cannot be taken back")


def _write_new(path: Path, text: str, number: int) -> None:
    """Have the file as it was, with a mode that an attack would carry over; the racer is at it."""
    for _ in range(1000):
        try:
            handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            time.sleep(0.001)
            continue
        try:
            name = f"new{number}"
            file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666, dir_fd=handle)
            os.write(file, text.encode())
            os.fchmod(file, 0o666)
            os.close(file)
            os.replace(name, path.name, src_dir_fd=handle, dst_dir_fd=handle)
        finally:
            os.close(handle)
        return
    raise AssertionError(f"{path.parent} was never a folder")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
