"""How much is read: each limit, said with its place, and the rest of the program goes on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.httpd import limits
from apachestaple.httpd.configuration import Configuration, ErrorKind, NoteKind
from apachestaple.httpd.dump import dump_text
from apachestaple.httpd.envvars import LARGEST_FILE, EnvvarsError, read_envvars
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.httpd.syntax import tree
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.site import understand
from apachestaple.rules.catalogue import all_rules

if TYPE_CHECKING:
    from pathlib import Path

MACRO = "LoadModule macro_module modules/mod_macro.so\n"


def read_text(folder: Path, text: str, name: str = "httpd.conf") -> Configuration:
    (folder / name).write_text(text)
    return read(locate(str(folder), Options()))


def assert_limit(configuration: Configuration, words: str, line: int) -> None:
    (error,) = configuration.errors
    assert error.kind is ErrorKind.LIMIT
    assert words in error.message
    assert error.place.line == line


def test_variables_that_double_each_other_end(tmp_path: Path) -> None:
    doubled = "".join(f"Define A{n + 1} ${{A{n}}}${{A{n}}}\n" for n in range(35))
    configuration = read_text(tmp_path, f"Define A0 xxxxxxxx\n{doubled}ServerAdmin ${{A35}}\n")
    assert_limit(configuration, "64 MB of text from variables and macros", line=23)


def test_one_line_does_not_make_more_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_EXPANDED", 1_000)
    configuration = read_text(tmp_path, f"Define A {'x' * 100}\nServerAdmin {'${A}' * 20}\n")
    assert_limit(configuration, "of text from variables and macros", line=2)


def test_macros_that_double_each_other_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_SOURCES", 1_000)
    doubled = "".join(f"<Macro M{n + 1}>\nUse M{n}\nUse M{n}\n</Macro>\n" for n in range(35))
    configuration = read_text(tmp_path, f"{MACRO}<Macro M0>\nA b\n</Macro>\n{doubled}Use M35\n")
    (error,) = configuration.errors
    assert error.kind is ErrorKind.LIMIT
    assert "1,000 files and uses of macros" in error.message


def test_files_lines_directives_and_bytes_have_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.conf").write_text("Timeout 5\n" * 10)
    text = "Include a.conf\n" * 10
    for name, most, words in (
        ("MOST_SOURCES", 5, "5 files and uses of macros"),
        ("MOST_LINES", 50, "50 lines"),
        ("MOST_DIRECTIVES", 25, "directives"),
        ("MOST_BYTES", 200, "MB of text"),
    ):
        with monkeypatch.context() as lowered:
            lowered.setattr(limits, name, most)
            lowered.setattr(f"apachestaple.httpd.build.{name}", most, raising=False)
            configuration = read_text(tmp_path, text)
            (error,) = configuration.errors
            assert words in error.message
            assert len(configuration.directives) <= 25 or name != "MOST_DIRECTIVES"
    assert len(read_text(tmp_path, text).directives) == 100


def test_folders_have_a_limit_of_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_NAMES", 10)
    for number in range(20):
        (tmp_path / f"{number}.txt").touch()
    assert_limit(read_text(tmp_path, "\nIncludeOptional *.conf/*.x\n"), "10 names", line=2)


def test_a_folder_with_links_to_itself_is_read_once(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "f.conf").write_text("Timeout 5\n")
    for name in ("a", "z"):
        (folder / name).symlink_to("../d")
    for include in ("Include d", "Include d/*"):
        configuration = read_text(tmp_path, f"{include}\n")
        assert "Too many levels of symbolic links" in configuration.errors[0].message
        assert configuration.errors[0].place.line == 1
        assert len(configuration.directives) == 1
    configuration = read_text(tmp_path, "IncludeOptional d\n")
    assert [note.kind for note in configuration.notes] == [NoteKind.FOLDER_LOOP] * 2
    assert len(configuration.directives) == 1
    findings = [
        finding.rule.code for finding in lint([understand(configuration)], all_rules()).findings
    ]
    assert set(findings) == {"AS014"}


def test_links_that_double_the_folders_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_LINKED_FOLDERS", 100)
    for number in range(30):
        (tmp_path / f"d{number}").mkdir()
        for name in ("x", "y"):
            (tmp_path / f"d{number}" / name).symlink_to(f"../d{number + 1}")
    (tmp_path / "d30").mkdir()
    assert_limit(read_text(tmp_path, "IncludeOptional d0\n"), "names in included folders", line=1)


def test_a_thousand_sections_within_each_other_are_read_and_written(tmp_path: Path) -> None:
    text = "<Directory />\n" * 1000 + "SSLUseStaplin on\n" + "</Directory>\n" * 1000
    configuration = read_text(tmp_path, text)
    assert configuration.errors == []
    assert configuration.directives[-1].depth == 1000
    assert len(list(dump_text(configuration.directives))) > 3000
    assert [
        finding.rule.code for finding in lint([understand(configuration)], all_rules()).findings
    ] == ["AS101"]
    assert tree(text).dump() == text
    assert_limit(read_text(tmp_path, "<Files a>\n" + text), "1,000 sections", line=1001)


def test_hosts_that_inherit_too_many_certificates_are_left_out(tmp_path: Path) -> None:
    host = "<VirtualHost *:443>\nSSLEngine on\n</VirtualHost>\n"
    text = "SSLCertificateFile a.pem\n" * 2000 + host * 200
    configuration = read_text(tmp_path, text)
    site = understand(configuration)
    assert len(site.virtual_hosts) == 99
    assert_limit(configuration, "200,000 certificates", line=2000 + 99 * 3 + 1)


def test_a_host_with_thousands_of_certificates_is_judged_in_linear_time(tmp_path: Path) -> None:
    """Of each key type, clients get the last; nothing is known of those that are not here."""
    lines = "".join(f"SSLCertificateFile c{n}.pem\n" for n in range(20_000))
    text = f"<VirtualHost *:443>\nSSLEngine on\n{lines}SSLCertificateFile c7.pem\n</VirtualHost>\n"
    (host,) = understand(read_text(tmp_path, text)).virtual_hosts
    names = [certificate.name for certificate in host.served]
    assert len(names) == 20_000
    assert names[-1] == "c7.pem"


def test_a_line_beyond_httpd_s_buffer_is_not_taken_apart(tmp_path: Path) -> None:
    configuration = read_text(tmp_path, f"ServerAdmin {'x y ' * 4_200_000}\nTimeout 5\n")
    (error,) = configuration.errors
    assert "Line too long" in error.message
    assert [directive.name for directive in configuration.directives] == ["Timeout"]


def test_a_macro_has_a_limit_of_parameters(tmp_path: Path) -> None:
    parameters = " ".join(f"$a{n}" for n in range(1_000))
    configuration = read_text(tmp_path, f"{MACRO}<Macro A {parameters}>\nA\n</Macro>\n")
    assert_limit(configuration, "parameters of a macro", line=2)


def test_a_file_of_variables_is_read_within_limits(tmp_path: Path) -> None:
    script = tmp_path / "envvars"
    os.mkfifo(script)
    with pytest.raises(EnvvarsError, match="not a regular file"):
        read_envvars(str(script), {})
    script.unlink()
    script.symlink_to("/dev/zero")
    with pytest.raises(EnvvarsError, match="not a regular file"):
        read_envvars(str(script), {})
    script.unlink()
    script.write_text("#" * (LARGEST_FILE + 1))
    with pytest.raises(EnvvarsError, match="larger"):
        read_envvars(str(script), {})
    script.write_text("A=xxxxxxxx\n" + "A=$A$A\n" * 40)
    with pytest.raises(EnvvarsError, match="more than 4 MB"):
        read_envvars(str(script), {})
    assert read_envvars(str(tmp_path / "none"), {"A": "b"}) == {"A": "b"}


def test_variables_that_were_not_read_are_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "envvars")
    configuration = read_text(tmp_path, "Timeout 5\n", "apache2.conf")
    (note,) = configuration.notes
    assert (note.kind, note.reason) == (NoteKind.VARIABLES_NOT_READ, "not a regular file")
    assert [
        finding.rule.code for finding in lint([understand(configuration)], all_rules()).findings
    ] == ["AS012"]
