"""Hover, completion and definition in the types of the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lsprotocol import types

from apachestaple.language_server.documents import OpenDocuments, uri_of
from apachestaple.language_server.navigation import Place
from apachestaple.language_server.positions import Encoding
from apachestaple.language_server.workspace import State, Workspace
from apachestaple.rules.catalogue import select_rules

if TYPE_CHECKING:
    from pathlib import Path

MAIN = """\
ServerRoot /x
Define ä𝄞 value
<Macro "𝄞 b">
</Macro>
SSLUseStapling on
Use "𝄞 b" ${ä𝄞}
<VirtualHost *:443>
    ServerName ä𝄞.example
    SSLEngine on
    SSLUseStapling off
</VirtualHost>
"""
ENCODINGS = ("utf-8", "utf-16", "utf-32")


class Opened:
    """An unsaved document, and the state with it."""

    def __init__(self, path: Path, text: str) -> None:
        path.write_text("ServerRoot /x\n")
        self.uri = uri_of(str(path))
        documents = OpenDocuments()
        documents.open(types.TextDocumentItem(self.uri, "apacheconf", 1, text))
        self.document = documents.now().by_path[str(path)]
        self.state: State = Workspace().update(documents.now())

    def place(self, line: int, before: str, encoding: str = "utf-16") -> Place:
        """The place after a text on a line."""
        units = Encoding(encoding)
        position = types.Position(line, units.units(before))
        return Place(self.document, position, units, self.state)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return Opened(tmp_path_factory.mktemp("server") / "httpd.conf", MAIN)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_columns_count_in_the_units_of_the_editor(opened: Opened, encoding: str) -> None:
    units = Encoding(encoding).units
    (found,) = opened.place(5, 'Use "𝄞 b" ${ä', encoding).definitions()
    assert found.uri == opened.uri
    assert found.range == range_of(1, 0, units("Define ä𝄞 value"))
    (found,) = opened.place(5, 'Use "𝄞', encoding).definitions()
    assert found.range == range_of(2, 0, units('<Macro "𝄞 b">'))
    hover = opened.place(7, "    ServerName ä𝄞", encoding).hover(["markdown"])
    assert hover is not None
    assert hover.range == range_of(7, 4, units("    ServerName ä𝄞.example"))
    item = opened.place(9, "    SSLUseStapling o", encoding).completions()[0]
    assert isinstance(item.text_edit, types.TextEdit)
    assert item.text_edit.range == range_of(9, 19, 22)


def range_of(line: int, start: int, end: int) -> types.Range:
    return types.Range(types.Position(line, start), types.Position(line, end))


def test_a_hover_is_in_a_format_that_the_editor_shows(opened: Opened) -> None:
    place = opened.place(9, "    SSLUse")
    shown = [place.hover(formats) for formats in ([], ["plaintext"], ["plaintext", "markdown"])]
    contents = [each.contents for each in shown if each is not None]
    kinds = [each.kind for each in contents if isinstance(each, types.MarkupContent)]
    assert kinds == ["plaintext", "plaintext", "markdown"]
    text, _, markdown = (each.value for each in contents if isinstance(each, types.MarkupContent))
    assert text.startswith("SSLUseStapling on|off\n")
    assert markdown.startswith("`SSLUseStapling on|off`\n")
    assert "ä𝄞.example:443 does not staple" in text


def test_a_hover_explains_the_rules_of_findings(opened: Opened) -> None:
    """But not if the text is newer than the last result, which is about other lines then."""
    (rule,) = select_rules(("AS308",), ())
    shown = opened.place(8, "    SSLEngine").hover(["plaintext"])
    assert shown is not None
    assert isinstance(shown.contents, types.MarkupContent)
    start = f"{rule.code} {rule.name}: {rule.summary} `httpd -t` passes."
    assert start in shown.contents.value
    assert shown.contents.value.endswith(rule.url)
    newer = opened.document._replace(text=f"{opened.document.text}# new\n")
    place = Place(newer, types.Position(8, 6), Encoding(), opened.state)
    assert rule.code not in str(place.hover(["plaintext"]))


def test_a_space_proposes_values_only(opened: Opened) -> None:
    assert opened.place(9, "    ").completions()
    assert opened.place(9, "    ").completions(only_values=True) == []
    values = opened.place(9, "    SSLUseStapling ").completions(only_values=True)
    assert [each.label for each in values] == ["on", "off"]


@pytest.mark.parametrize(("line", "character"), [(0, 10**9), (10**9, 0), (10**9, 10**9), (11, 5)])
def test_positions_outside_of_the_text(opened: Opened, line: int, character: int) -> None:
    place = Place(opened.document, types.Position(line, character), Encoding(), opened.state)
    assert place.hover(["markdown"]) is None
    assert place.definitions() == []
    assert {each.kind for each in place.completions()} <= {types.CompletionItemKind.Property}


def test_before_the_first_result_a_directive_is_explained(opened: Opened) -> None:
    place = Place(opened.document, types.Position(4, 3), Encoding(), None)
    assert place.hover(["markdown"]) is not None
    assert place.definitions() == []
    assert place.completions()


LINES = st.sampled_from(
    [
        *(
            "SSLUseStapling",
            "SSLStaplingCache ",
            "SSLCertificateFile ",
            "Include ",
            "Use ",
            "Define ",
        ),
        *(
            "<VirtualHost *:443>",
            "</VirtualHost>",
            "<Macro ",
            "<IfDefine ",
            "${",
            "}",
            '"',
            "\\",
            "#",
        ),
        *("\n", "\r\n", "\\\n", " ", "\t", "ä𝄞", "\0", "\udcff", "on", "*", "../x", "shmcb:a(1)"),
    ]
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(LINES, max_size=30).map("".join), st.integers(0, 12), st.integers(0, 60))
def test_any_text_and_position(opened: Opened, text: str, line: int, character: int) -> None:
    """The text is newer than the state."""
    document = opened.document._replace(text=text)
    place = Place(document, types.Position(line, character), Encoding(), opened.state)
    shown = place.hover(["markdown"])
    edits = [each.text_edit for each in place.completions()]
    ranges = [
        *([shown.range] if shown is not None else []),
        *(each.range for each in edits if isinstance(each, types.TextEdit)),
        *(each.range for each in place.definitions()),
    ]
    for each in ranges:
        assert each is not None
        assert 0 <= each.start.line <= each.end.line
        assert each.start <= each.end
