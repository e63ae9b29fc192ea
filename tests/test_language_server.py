"""The language server, with a real client and real trees."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.command.run import run
from tests.language_server.edits import edited
from tests.language_server.session import Session, session
from tests.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def editor() -> Iterator[Session]:
    with session() as made:
        yield made


@pytest.fixture
def apache2(tmp_path: Path, editor: Session) -> Iterator[Path]:
    """A copy of the example, and at its end no open documents."""
    yield shutil.copytree(ROOT / "examples/apache2", tmp_path / "apache2", symlinks=True)
    for path in list(editor.texts):
        editor.close(path)


def test_a_diagnostic_appears_and_disappears_while_typing(editor: Session, apache2: Path) -> None:
    wiki = apache2 / "sites-available/wiki.example.net.conf"
    editor.open(wiki)
    (found,) = editor.diagnostics(wiki)
    assert (found.code, found.source) == ("AS304", "apachestaple")
    assert editor.texts[wiki].split("\n")[found.range.start.line].lstrip().startswith("SSLCert")
    assert found.code_description is not None
    assert found.code_description.href.endswith("#as304-no-ocsp-uri")
    editor.type(wiki, "SSLUseStapling on", "SSLUseStapling of")
    assert editor.codes(wiki) == ["AS103"]
    url = "    SSLStaplingForceURL http://ocsp.example.com/\n"
    editor.type(wiki, "SSLUseStapling of\n", f"SSLUseStapling on\n{url}")
    assert editor.codes(wiki) == []


def test_diagnostics_are_those_of_lint(editor: Session, apache2: Path) -> None:
    editor.open(apache2 / "sites-available/wiki.example.net.conf")
    editor.diagnostics(apache2)
    shown = [
        f"{uri.rpartition('/')[2]}:{each.range.start.line + 1} {each.code}"
        for uri, found in editor.client.diagnostics.items()
        if uri.startswith(apache2.as_uri())
        for each in found
    ]
    lines = run("lint", "--format", "concise", "--isolated", apache2).stdout.splitlines()
    linted = [
        f"{line.partition(':')[0].rpartition('/')[2]}:{line.split(':')[1]} {line.split('[')[1][:5]}"
        for line in lines
        if "[AS" in line
    ]
    assert sorted(shown) == sorted(linted)
    assert len(shown) > 10


def test_quick_fixes_and_fix_all_make_the_edits_of_fix(editor: Session, apache2: Path) -> None:
    wiki = apache2 / "sites-available/wiki.example.net.conf"
    editor.open(wiki)
    fix, ignore = editor.actions(wiki, "SSLCertificateFile", only="quickfix")
    (fix_all,) = editor.actions(wiki, "", only="source.fixAll")
    assert fix.title.startswith("Fix AS304: ")
    assert fix.is_preferred
    assert ignore.title == "Ignore AS304 (no-ocsp-uri) here"
    run("fix", "--configtest", "never", wiki)
    assert edited(editor, fix) == edited(editor, fix_all) == {wiki: wiki.read_text()}
    commented = edited(editor, ignore)[wiki]
    editor.type(wiki, editor.texts[wiki], commented)
    assert editor.codes(wiki) == []
    assert "    # apachestaple: ignore[AS304]\n" in commented


def test_changes_of_one_file_change_the_diagnostics_of_others(
    editor: Session, apache2: Path
) -> None:
    hardening = apache2 / "conf-available/zz-hardening.conf"
    stapling = apache2 / "conf-available/ocsp-stapling.conf"
    editor.open(hardening)
    before = editor.codes(stapling)
    assert "AS208" in before
    editor.type(hardening, "SSLStaplingCache", "#SSLStaplingCache")
    assert [code for code in before if code != "AS208"] == editor.codes(stapling)
    editor.type(hardening, "#SSLStaplingCache", "SSLStaplingCache")
    assert editor.codes(stapling) == before
