"""Settings files: where they are found, what they say, what they cannot do."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.finding import Severity
from apachestaple.settings import (
    Settings,
    SettingsError,
    find_settings,
    load_settings,
)

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, text: str, name: str = "apachestaple.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def test_without_a_file_the_defaults_are_in_force(tmp_path: Path) -> None:
    settings = load_settings({"root": None, "map": []}, near=str(tmp_path))
    assert settings == Settings()
    assert settings.fail_on is Severity.WARNING
    assert settings.format == "text"


def test_every_key_is_read(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "mine").mkdir()
    written(
        tmp_path,
        """
        select = ["AS2", "AS3"]
        ignore = "AS503,self-signed"
        fail-on = "error"
        root = "tree"
        map = {"/etc/ssl" = "certs", "/srv/" = "/abs"}
        define = ["SSL", "PORT=443"]
        httpd-version = "2.4.58"
        certificates = "required"
        templates = "mine"
        comments = false
        format = "json"
        """,
    )
    assert load_settings({}, near=str(tmp_path)) == Settings(
        select=("AS2", "AS3"),
        ignore=("AS503", "self-signed"),
        fail_on=Severity.ERROR,
        root=str(tmp_path / "tree"),
        map=(("/etc/ssl", str(tmp_path / "certs")), ("/srv", "/abs")),
        define={"SSL": None, "PORT": "443"},
        httpd_version=(2, 4, 58),
        certificates="required",
        templates=str(tmp_path / "mine"),
        comments=False,
        format="json",
    )


def test_maps_and_definitions_have_two_spellings(tmp_path: Path) -> None:
    written(
        tmp_path, 'map = ["/etc/ssl=certs"]\ndefine = {SSL = true, PORT = "443", OFF = false}\n'
    )
    settings = load_settings({}, near=str(tmp_path))
    assert settings.map == (("/etc/ssl", str(tmp_path / "certs")),)
    assert settings.define == {"SSL": None, "PORT": "443"}


def test_the_command_line_is_stronger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(
        tmp_path,
        'select = ["AS1"]\nignore = ["AS503"]\nfail-on = "info"\n'
        'map = {"/etc/ssl" = "a", "/srv" = "b"}\ndefine = ["A=1", "B=1"]\n',
    )
    monkeypatch.chdir(tmp_path)
    options = {"select": ["AS2"], "map": ["/etc/ssl=c"], "define": ["A=2"], "fail-on": "error"}
    settings = load_settings(options)
    assert settings.select == ("AS2",)
    assert settings.ignore == ("AS503",)
    assert settings.fail_on is Severity.ERROR
    assert settings.map == (("/etc/ssl", str(tmp_path / "c")), ("/srv", str(tmp_path / "b")))
    assert settings.define == {"A": "2", "B": "1"}


def test_the_nearest_file_from_the_path_upwards_is_found(tmp_path: Path) -> None:
    outer = written(tmp_path, "")
    inner = tmp_path / "servers/web1"
    fragment = written(inner, "", "site.conf")
    assert find_settings(str(fragment)) == str(outer)
    project = written(inner, "[tool.ruff]\n", "pyproject.toml")
    assert find_settings(str(fragment)) == str(outer)
    project.write_text("[tool.apachestaple]\nformat = 'json'\n")
    assert find_settings(str(inner)) == str(project)
    assert load_settings({}, near=str(inner)).format == "json"
    nearest = written(inner, "")
    assert find_settings(str(inner)) == str(nearest)


def test_without_a_path_it_is_looked_for_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert find_settings() == str(path)


def test_a_named_file_is_read_instead(tmp_path: Path) -> None:
    written(tmp_path, 'format = "json"')
    other = written(tmp_path / "other", 'format = "github"', "mine.toml")
    assert load_settings({}, near=str(tmp_path), config=str(other)).format == "github"


def test_somebody_elses_broken_pyproject_is_not_our_business(tmp_path: Path) -> None:
    written(tmp_path, "this is no TOML [", "pyproject.toml")
    assert load_settings({}, near=str(tmp_path)) == Settings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense = 1", "nonsense is not a setting"),
        ("fail_on = 'error'", "fail_on is not a setting"),
        ("select = 1", "select must be a list of strings"),
        ("select = ['AS1', 2]", "select must be a list of strings"),
        ("fail-on = 'never'", "fail-on must be one of error, warning, info"),
        ("fail-on = ['error']", "fail-on must be one of error, warning, info"),
        ("format = 'xml'", "format must be one of text, concise, json"),
        ("certificates = true", "certificates must be one of required, available"),
        ("httpd-version = 2.4", "httpd-version takes a version"),
        ("httpd-version = '2.4'", "httpd-version takes a version"),
        ("root = 'gone'", "root must be the path of a folder"),
        ("root = 1", "root must be the path of a folder"),
        ("comments = 'no'", "comments must be true or false, not 'no'"),
        ("templates = 'gone'", "templates must be the path of a folder"),
        ("map = ['/etc/ssl']", "map takes FROM=TO"),
        ("map = {'etc/ssl' = 'x'}", "map takes FROM=TO"),
        ("map = {'/etc/ssl' = 1}", "map must be the path of a folder"),
        ("define = [1]", "define must be a list of strings"),
        ("define = {A = 1}", "define takes NAME"),
        ("define = ['=1']", "define takes NAME"),
        ("select = [", "is not a TOML file"),
        ("[tool]\napachestaple = 1", "must be a table"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings({}, near=str(tmp_path))
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_what_is_wrong_on_the_command_line_is_named_by_its_option() -> None:
    with pytest.raises(SettingsError, match=r"^--fail-on must be one of"):
        load_settings({"fail-on": "never"})
    with pytest.raises(SettingsError, match=r"^-D takes NAME"):
        load_settings({"define": ["=x"]})


def test_a_folder_or_binary_file_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not a regular file"):
        load_settings({}, config=str(tmp_path))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="is not a TOML file"):
        load_settings({}, config=str(tmp_path / "binary"))
    written(tmp_path, "a = " + "[" * 50_000, "deep.toml")
    with pytest.raises(SettingsError, match="is not a TOML file"):
        load_settings({}, config=str(tmp_path / "deep.toml"))


def test_a_found_file_can_neither_write_nor_run_nor_connect() -> None:
    """Whoever can put a file beside a configuration must not gain more than a say in the report."""
    assert set(Settings._fields).isdisjoint(
        {"output", "configtest", "unsafe", "backup", "httpd", "command", "plugins", "online"}
    )


def test_the_command_obeys_the_file(tmp_path: Path) -> None:
    written(tmp_path, 'fail-on = "info"\nselect = ["AS1"]\n')
    host = "<VirtualHost *:443>\nSSLEngine on\nSSLUseStapling on off\n</VirtualHost>\n"
    written(tmp_path, host, "site.conf")

    def exit_code(*words: str) -> int:
        command = [sys.executable, "-m", "apachestaple", "lint", str(tmp_path / "site.conf")]
        return subprocess.run([*command, *words], capture_output=True, check=False).returncode

    assert exit_code() == 1
    assert exit_code("--ignore", "AS104") == 0
    written(tmp_path, "nonsense = 1\n")
    assert exit_code() == 2


# -- whose file it is ---------------------------------------------------------------------------

REACHING = {"templates": 'templates = "."', "root": 'root = "."', "map": 'map = {"/a" = "b"}'}


@pytest.mark.parametrize("key", REACHING)
def test_a_file_that_others_can_write_does_not_say_what_is_read_or_written(
    tmp_path: Path, key: str
) -> None:
    path = written(tmp_path, f'format = "json"\n{REACHING[key]}\n')
    assert load_settings({}, near=str(tmp_path)).format == "json"
    path.chmod(0o666)
    with pytest.raises(SettingsError) as caught:
        load_settings({}, near=str(tmp_path))
    assert str(caught.value).startswith(
        f"{path}: {key} is refused, because everybody can write to {path} (mode 0666)."
    )
    assert f"Give --{key} on the command line, or --isolated" in str(caught.value)


def test_a_file_of_somebody_else_still_says_what_is_reported(tmp_path: Path) -> None:
    """Root gives the file away; to anybody else, one that all can write is as good."""
    path = written(tmp_path, 'ignore = ["AS5"]\nfail-on = "error"\ndefine = ["A"]\n')
    give_away(path)
    assert load_settings({}, near=str(tmp_path)).ignore == ("AS5",)
    written(tmp_path, 'ignore = ["AS5"]\nroot = "."\n')
    give_away(path)
    with pytest.raises(SettingsError, match="root is refused, because"):
        load_settings({}, near=str(tmp_path))


def test_a_folder_above_that_others_can_write_is_as_bad(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    written(folder, 'templates = "."')
    (tmp_path / "a").chmod(0o777)
    with pytest.raises(SettingsError, match=f"everybody can write to {tmp_path}/a "):
        load_settings({}, near=str(folder))
    (tmp_path / "a").chmod(0o1777)
    assert load_settings({}, near=str(folder)).templates == str(folder)


def test_a_file_that_the_user_names_is_the_users_word_but_for_root(tmp_path: Path) -> None:
    path = written(tmp_path, 'root = "."', "mine.toml")
    path.chmod(0o666)
    if os.geteuid() == 0:
        with pytest.raises(SettingsError, match="root is refused"):
            load_settings({}, config=str(path))
        path.chmod(0o644)
    assert load_settings({}, config=str(path)).root == str(tmp_path)


def test_fix_as_root_takes_no_templates_from_a_file_of_another_user(tmp_path: Path) -> None:
    """Without PATH, the settings are looked for from the working folder upwards."""
    templates = tmp_path / "templates"
    written(templates, "LoadFile /tmp/x.so\n", "use_stapling.conf.j2")
    give_away(written(tmp_path, 'templates = "templates"\n'))
    done = command(tmp_path, "fix", "--diff")
    assert done.returncode == 2
    assert "templates is refused, because" in done.stderr
    assert done.stdout == ""


def give_away(path: Path) -> None:
    """Let somebody else have written a file."""
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    else:
        path.chmod(0o666)


def test_isolated_reads_no_file(tmp_path: Path) -> None:
    written(tmp_path, 'ignore = ["AS"]\n')
    host = "<VirtualHost *:443>\nSSLEngine on\nSSLUseStapling on off\n</VirtualHost>\n"
    written(tmp_path, host, "site.conf")
    assert load_settings({}, near=str(tmp_path), isolated=True) == Settings()
    words = ("lint", "--fail-on", "info", "site.conf")
    assert command(tmp_path, *words).returncode == 0
    assert command(tmp_path, *words, "--isolated").returncode == 1
    both = command(tmp_path, *words, "--isolated", "--config", "apachestaple.toml")
    assert both.returncode == 2
    assert "--isolated cannot be used with a settings file" in both.stderr
    log = command(tmp_path, "explain", os.devnull, "--isolated", "--config", "apachestaple.toml")
    assert log.returncode == 2
    assert "--isolated cannot be used with a settings file" in log.stderr


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run it, with no more memory than a small machine would give it."""
    return subprocess.run(
        [sys.executable, "-m", "apachestaple", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)),
    )


# -- what cannot be a settings file --------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pipe", "link to /dev/zero", "large", "dangling link"])
def test_what_is_no_small_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "apachestaple.toml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "large":
        path.write_text("#" * 65_537)
    else:
        path.symlink_to("/dev/zero" if "zero" in kind else "missing")
    refused = r"not a regular file|larger than 65,536 bytes|No such"
    with pytest.raises(SettingsError, match=refused):
        load_settings({}, near=str(tmp_path))
    with pytest.raises(SettingsError, match=refused):
        load_settings({}, config=str(path))


def test_a_pyproject_that_is_no_file_is_not_our_business(tmp_path: Path) -> None:
    for name, target in (("a", "/dev/zero"), ("b", None)):
        folder = tmp_path / name
        folder.mkdir()
        if target is None:
            os.mkfifo(folder / "pyproject.toml")
        else:
            (folder / "pyproject.toml").symlink_to(target)
        assert load_settings({}, near=str(folder)) == Settings()


@pytest.mark.parametrize(
    "key", ["a." * 80_000 + "a", "a ." * 33 + "a", '"a"."b".' * 20 + "a", "[" + "a." * 40 + "a]"]
)
@pytest.mark.parametrize("name", ["apachestaple.toml", "pyproject.toml"])
def test_a_key_of_many_parts_is_refused_before_it_is_parsed(
    tmp_path: Path, key: str, name: str
) -> None:
    text = key if key.endswith("]") else f"{key} = 1"
    written(tmp_path, f"[tool.apachestaple]\n{text}\n", name)
    done = command(tmp_path, "lint", ".")
    assert done.returncode == 2
    assert (
        "a key has more than 32 parts" in done.stderr or "larger than 65,536 bytes" in done.stderr
    )


def test_a_large_pyproject_of_many_programs_is_read(tmp_path: Path) -> None:
    others = "".join(
        f'[tool.program{number}.a.b.c.d]\nversion = "1.2.3.4.5"\nurl = "https://a.b/c"\n'
        for number in range(4000)
    )
    text = f'[tool.apachestaple]\nformat = "json"\n{others}'
    assert 256 * 1024 < len(text) < 512 * 1024
    written(tmp_path, text, "pyproject.toml")
    assert load_settings({}, near=str(tmp_path)).format == "json"
    written(tmp_path, text + "#" * 512 * 1024, "pyproject.toml")
    with pytest.raises(SettingsError, match="larger than 524,288 bytes"):
        load_settings({}, near=str(tmp_path))


def test_what_a_settings_file_and_comments_ignore_is_counted(tmp_path: Path) -> None:
    site = tmp_path / "site.conf"
    site.write_text("# apachestaple: ignore[AS101]\nSSLUseStaping on\n")
    program = [sys.executable, "-m", "apachestaple", "lint", str(site)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "Ignored: 1 finding by comments."
    (tmp_path / "apachestaple.toml").write_text('ignore = ["AS"]\n')
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert (
        done.stdout.splitlines()[-1] == f"Ignored: {len(all_rules())} rules by the settings file."
    )
    done = subprocess.run([*program, "--isolated"], capture_output=True, text=True, check=False)
    assert "by the settings file" not in done.stdout
