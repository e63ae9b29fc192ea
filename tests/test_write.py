"""Writing: all files or none, and everything about a file kept but its text."""

from __future__ import annotations

import errno
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from apachestaple.fix.write import NewText, WriteError, back_up, only_one_fix, write_all
from apachestaple.rules.rule import CACHE, tls_host


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


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

    def failing(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise OSError(errno.EIO, os.strerror(errno.EIO), target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(WriteError, match="nothing was changed"):
        write_all(files)
    assert [(tmp_path / "tree" / name).read_text() for name in ("a", "b")] == ["1", "2"]
    assert sorted(os.listdir(tmp_path / "tree")) == ["a", "b"]


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the kernel refuses the write."""
    tree = tmp_path / "tree"
    tree.mkdir()
    host = tls_host("SSLUseStapling on")
    for name in ("a", "b"):
        (tree / f"{name}.conf").write_text("#" * 5000 + "\n" + host.replace("on\n", "“on”\n"))
    before = {path: path.read_bytes() for path in tree.iterdir()}
    command = [sys.executable, "-m", "apachestaple", "fix", "--no-backup", *map(str, before)]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 2, done.stdout
    assert "nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in tree.iterdir()} == before


def test_a_backup_lies_outside_the_tree(tmp_path: Path) -> None:
    files = texts(tmp_path / "tree", a="1")
    folder = Path(back_up(files))
    assert not folder.is_relative_to(tmp_path / "tree")
    assert (folder / files[0].path.lstrip("/")).read_text() == "1"


def test_a_second_run_is_kept_out() -> None:
    with (
        only_one_fix(),
        pytest.raises(WriteError, match="another apachestaple fix is running"),
        only_one_fix(),
    ):
        pass


def fix(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "apachestaple", "fix", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


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


def test_the_diff_is_one_that_patch_accepts(tmp_path: Path) -> None:
    path = curly(tmp_path)
    command = [sys.executable, "-m", "apachestaple", "fix", "--diff", "site.conf"]
    diff = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).stdout
    before = path.read_bytes()
    subprocess.run(["patch", "-p0", "--binary"], cwd=tmp_path, input=diff, check=True)
    patched = path.read_bytes()
    path.write_bytes(before)
    fix(path)
    assert path.read_bytes() == patched != before


def test_the_tree_can_be_written_elsewhere(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "available").mkdir(parents=True)
    (tree / "enabled").mkdir()
    real = curly(tree / "available")
    (tree / "enabled" / "site.conf").symlink_to("../available/site.conf")
    (tree / "httpd.conf").write_text("ServerRoot /x\nInclude enabled/*.conf\n")
    before = real.read_bytes()
    output = tmp_path / "output"
    done = fix(tree / "httpd.conf", "--output", output)
    assert real.read_bytes() == before
    assert (output / "available" / "site.conf").read_bytes() != before, done
    assert (output / "enabled" / "site.conf").is_symlink()
    assert (output / "httpd.conf").read_text() == (tree / "httpd.conf").read_text()
    again = fix(tree / "httpd.conf", "--output", output)
    assert again.returncode == 2
    assert "not an empty folder" in again.stderr


def test_what_httpd_rejects_is_taken_back(tmp_path: Path) -> None:
    """A template of the user's own with a directive of a module that is not loaded."""
    main = tmp_path / "httpd.conf"
    modules = "/usr/lib/apache2/modules"
    main.write_text(
        f"ServerRoot {tmp_path}\nServerName x\nListen 127.0.0.1:1\nErrorLog error\nPidFile pid\n"
        + "".join(
            f"LoadModule {name}_module {modules}/mod_{name}.so\n"
            for name in ("mpm_event", "authz_core", "ssl", "socache_shmcb")
        )
        + "SSLStaplingCache shmcb:x(12345)\n"
    )
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "stapling_cache.conf.j2").write_text(
        "SSLStaplingCache shmcb:{{ path }}({{ size }})\nExpiresActive on\n"
    )
    before = main.read_text()
    done = fix(main, "--configtest", "always", "--templates", templates)
    assert done.returncode == 2
    assert "everything was taken back" in done.stderr
    assert "Invalid command 'ExpiresActive'" in done.stderr
    assert main.read_text() == before


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
    folder = Path(back_up([file.undone for file in files]))
    assert os.readlink(folder / made[1].lstrip("/")) == "available.conf"
    write_all([file.undone for file in files])
    assert [name for name in os.listdir(tmp_path) if name.endswith(".conf")] == []


def test_what_was_made_is_gone_when_a_later_file_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [NewText(str(tmp_path / "made"), None, "1"), *texts(tmp_path / "tree", a="1")]
    replace = os.replace

    def failing(source: str, target: str) -> None:
        if target == files[1].path:
            raise OSError(errno.EIO, os.strerror(errno.EIO), target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(WriteError, match="nothing was changed"):
        write_all(files)
    assert os.listdir(tmp_path) == ["tree"]
