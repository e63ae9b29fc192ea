"""The language server, with a real client and real trees."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

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
        assert [each.message for each in made.client.log_messages] == []


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
    shown = {str(wiki): editor.texts[wiki]}
    run("fix", "--configtest", "never", wiki)
    assert edited(shown, fix) == edited(shown, fix_all) == {wiki: wiki.read_text()}
    commented = edited(shown, ignore)[wiki]
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


def test_settings_are_read_again(editor: Session, apache2: Path) -> None:
    wiki = apache2 / "sites-available/wiki.example.net.conf"
    editor.open(wiki)
    assert editor.codes(wiki) == ["AS304"]
    settings = apache2 / "apachestaple.toml"
    settings.write_text('ignore = ["AS304"]\n')
    editor.changed_on_disk(settings)
    assert editor.codes(wiki) == []
    settings.write_text('ignore = ["AS999"]\n')
    editor.changed_on_disk(settings)
    assert editor.codes(wiki) == []
    assert "AS999" in editor.client.messages[-1].message
    settings.write_text('select = ["AS3"]\n')
    editor.changed_on_disk(settings)
    assert editor.codes(wiki) == ["AS304"]


def test_a_certificate_is_read_again(editor: Session, apache2: Path) -> None:
    wiki = apache2 / "sites-available/wiki.example.net.conf"
    editor.open(wiki)
    assert editor.codes(wiki) == ["AS304"]
    certificate = apache2 / "certs/wiki.example.net.pem"
    certificate.write_text("")
    editor.changed_on_disk(certificate)
    assert editor.codes(wiki) == ["AS301"]


def test_fragments_of_a_folder_are_read_together(editor: Session, tmp_path: Path) -> None:
    folder = tmp_path / "sites-available"
    folder.mkdir()
    macro, use = folder / "a.conf", folder / "b.conf"
    macro.write_text("<Macro tls>\n    SSLUseStaplin on\n</Macro>\n")
    use.write_text("<VirtualHost *:443>\n    SSLEngine on\n    Use tls\n</VirtualHost>\n")
    editor.open(use)
    assert editor.codes(macro) == ["AS101"]
    linted = run("lint", "--isolated", "--format", "concise", folder).stdout
    assert [line for line in linted.splitlines() if "AS101" in line]
    editor.type(use, "Use tls", "# Use tls")
    assert editor.codes(macro) == []
    # A file that is not on the disk yet is read alone.
    new = folder / "c.conf"
    editor.open(new, "SSLUseStaplin on\n")
    assert editor.codes(new) == ["AS101"]
    editor.save(new)
    editor.type(new, "SSLUseStaplin", "Use tls\n#")
    editor.close(use)
    assert editor.codes(macro) == ["AS101"]
    editor.close(new)


def test_the_unsaved_main_file_decides_what_is_read(editor: Session, apache2: Path) -> None:
    main = apache2 / "apache2.conf"
    wiki = apache2 / "sites-available/wiki.example.net.conf"
    editor.open(main)
    assert editor.codes(wiki) == ["AS304"]
    editor.type(main, "IncludeOptional sites-enabled", "#IncludeOptional sites-enabled")
    assert editor.codes(wiki) == []
    editor.open(wiki)
    assert editor.client.messages == [] or "wiki" not in editor.client.messages[-1].message
    alone = editor.codes(wiki)
    editor.type(main, "#IncludeOptional sites-enabled", "IncludeOptional sites-enabled")
    assert editor.codes(wiki) == ["AS304"]
    linted = run("lint", "--isolated", "--format", "concise", wiki).stdout
    assert alone == ["AS304"] == [line.split("[")[1][:5] for line in linted.splitlines()[:1]]


def test_closed_documents_are_read_from_the_disk(editor: Session, apache2: Path) -> None:
    wiki = apache2 / "sites-available/wiki.example.net.conf"
    shop = apache2 / "sites-available/shop.example.com.conf"
    editor.open(wiki)
    editor.open(shop)
    editor.type(wiki, "SSLUseStapling on", "SSLUseStaplin on")
    assert editor.codes(wiki) == ["AS304", "AS101"]
    editor.close(wiki)
    assert editor.codes(wiki) == ["AS304"]
    editor.close(shop)
    # No document of the server is open, so nothing is known about it.
    editor.open(ROOT / "examples/apache2/ports.conf")
    assert editor.codes(wiki) == []
    editor.close(ROOT / "examples/apache2/ports.conf")


def test_both_names_of_a_file_are_one_document(editor: Session, apache2: Path) -> None:
    available = apache2 / "sites-available/wiki.example.net.conf"
    enabled = apache2 / "sites-enabled/wiki.example.net.conf"
    editor.open(available)
    editor.open(enabled)
    editor.type(enabled, "SSLUseStapling on", "SSLUseStaplin on")
    assert editor.codes(available) == editor.codes(enabled) == ["AS304", "AS101"]


def test_columns_are_counted_in_utf_16(editor: Session, apache2: Path) -> None:
    wiki = apache2 / "sites-available/wiki.example.net.conf"
    text = wiki.read_text()
    editor.open(wiki, text.replace("    SSLUseStapling on", '    SSLUseStapling on "\U0001f512é"'))
    found = next(each for each in editor.diagnostics(wiki) if each.code == "AS104")
    assert found.range.end.character == len('    SSLUseStapling on "__é"')
    editor.type(wiki, "é", "\U0001f511è")
    editor.type(wiki, ' "\U0001f512\U0001f511è"', "")
    assert editor.texts[wiki] == text
    assert editor.codes(wiki) == ["AS304"]


def test_line_endings_and_form_feeds_stay(editor: Session, apache2: Path) -> None:
    wiki = apache2 / "sites-available/wiki.example.net.conf"
    wiki.write_bytes(b"#\x0c\xe2\x80\xa8 page\r\n" + wiki.read_bytes().replace(b"\n", b"\r\n"))
    with wiki.open(newline="") as file:
        editor.open(wiki, file.read())
    (action,) = editor.actions(wiki, "", only="source.fixAll")
    shown = {str(wiki): editor.texts[wiki]}
    run("fix", "--configtest", "never", wiki)
    (new,) = edited(shown, action).values()
    assert new.encode() == wiki.read_bytes()


def test_a_request_can_be_cancelled(editor: Session, apache2: Path) -> None:
    wiki = apache2 / "sites-available/wiki.example.net.conf"
    editor.open(wiki)
    protocol = editor.client.protocol
    parameters = types.CodeActionParams(
        types.TextDocumentIdentifier(wiki.as_uri()),
        types.Range(types.Position(0, 0), types.Position(9, 0)),
        types.CodeActionContext([]),
    )

    async def cancelled() -> None:
        sent = asyncio.ensure_future(
            protocol.send_request_async(  # type: ignore[no-untyped-call]
                types.TEXT_DOCUMENT_CODE_ACTION, parameters, msg_id="cancelled"
            )
        )
        await asyncio.sleep(0)
        protocol.notify(types.CANCEL_REQUEST, types.CancelParams("cancelled"))
        await sent

    with pytest.raises(JsonRpcException, match="cancel"):
        editor.wait(cancelled())
    assert editor.codes(wiki) == ["AS304"]


def test_only_the_newest_text_counts(editor: Session, apache2: Path) -> None:
    wiki = apache2 / "sites-available/wiki.example.net.conf"
    editor.open(wiki)
    for _ in range(50):
        editor.type(wiki, "SSLUseStapling on", "SSLUseStaplin on")
        editor.type(wiki, "SSLUseStaplin on", "SSLUseStapling on")
    editor.type(wiki, "SSLUseStapling on", "SSLUseStaplin on")
    assert editor.codes(wiki) == ["AS304", "AS101"]


def test_related_places_are_the_line_that_counts_and_the_hosts(
    editor: Session, apache2: Path
) -> None:
    stapling = apache2 / "conf-available/ocsp-stapling.conf"
    editor.open(stapling)
    found = {str(each.code): each for each in editor.diagnostics(stapling)}
    (used, *hosts) = found["AS208"].related_information or ()
    assert used.location.uri == (apache2 / "conf-available/zz-hardening.conf").as_uri()
    assert (used.location.range.start.line, used.message) == (2, "httpd uses this one instead")
    assert hosts == []
    pay = apache2 / "sites-available/pay.example.com.conf"
    (finding,) = editor.diagnostics(pay)
    (host,) = finding.related_information or ()
    assert host.message == "host pay.example.com:443"
    line = pay.read_text().split("\n")[host.location.range.start.line]
    assert line.startswith("<VirtualHost")
