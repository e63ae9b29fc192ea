"""The directive at a position, with continued lines, quotes and sections."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apachestaple.httpd.syntax import logical_lines
from apachestaple.httpd.words import WHITE_SPACE, split_words
from apachestaple.language_server.statement import Position, sections_around, statement_at
from tests.editor import cursor

HOST = "<VirtualHost *:443>\n"


@pytest.mark.parametrize(
    ("text", "words", "at", "here"),
    [
        ("SSL¦UseStapling on", ["SSLUseStapling", "on"], 0, "SSLUseStapling"),
        ("SSLUseStapling¦ on", ["SSLUseStapling", "on"], 0, "SSLUseStapling"),
        ("SSLUseStapling ¦on", ["SSLUseStapling", "on"], 1, "on"),
        ("SSLUseStapling  ¦ on", ["SSLUseStapling", "on"], 1, ""),
        ("SSLUseStapling ¦", ["SSLUseStapling"], 1, ""),
        ("¦", [], 0, ""),
        ("Use a \"b ¦c\" 'd'", ["Use", "a", "b c", "d"], 2, "b c"),
        ("  <VirtualHost *:4¦43>", ["<VirtualHost", "*:443"], 1, "*:443"),
        ("SSLUse\\\nSta¦pling on", ["SSLUseStapling", "on"], 0, "SSLUseStapling"),
        ("SSLUseStapling \\\r\n  o¦n\r\n", ["SSLUseStapling", "on"], 1, "on"),
        ("# one\nSSLUseSt¦apling on\n", ["SSLUseStapling", "on"], 0, "SSLUseStapling"),
        ("ServerName ä𝄞.ex¦ample", ["ServerName", "ä𝄞.example"], 1, "ä𝄞.example"),
    ],
)
def test_the_words_of_a_line(text: str, words: list[str], at: int, here: str) -> None:
    statement = statement_at(*cursor(text))
    assert statement is not None
    assert [word.text for word in statement.words] == words
    assert (statement.at, statement.here.text) == (at, here)


@pytest.mark.parametrize("text", ["# SSLUse¦Stapling", "  # a \\\nSSLUse¦Stapling on"])
def test_a_comment_has_no_words(text: str) -> None:
    assert statement_at(*cursor(text)) is None


def test_the_range_of_a_word_has_its_quotes() -> None:
    statement = statement_at(*cursor('A\n  Include \\\n    "a ¦b" \n'))
    assert statement is not None
    assert statement.here.span == (Position(2, 4), Position(2, 9))
    assert statement.span == (Position(1, 2), Position(2, 9))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ErrorLog ${LOG¦}/x", "LOG"),
        ("ErrorLog ¦${LOG}/x", "LOG"),
        ("ErrorLog ${LOG}¦/x", ""),
        ("ErrorLog ${A}${¦B}", "B"),
        ("ErrorLog ${L\\\nO¦G}", "LOG"),
        ("ErrorLog $LO¦G ${LOG", ""),
    ],
)
def test_the_variable_at_the_cursor(text: str, name: str) -> None:
    statement = statement_at(*cursor(text))
    assert statement is not None
    assert statement.variable == name


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("", []),
        (HOST, ["<virtualhost"]),
        (HOST + "</VirtualHost>\n", []),
        ("<IfModule mod_ssl.c>\n" + HOST, ["<ifmodule", "<virtualhost"]),
        (HOST + "<Directory />\n</VirtualHost>\n", []),
        ("</VirtualHost>\n" + HOST, ["<virtualhost"]),
        ("# <VirtualHost *>\n<Macro a $b>\n", ["<macro"]),
        ("<VirtualHost \\\n *:443>\n", ["<virtualhost"]),
    ],
)
def test_the_sections_around_a_line(text: str, sections: list[str]) -> None:
    text += "SSLUseStapling on\n"
    index = next(i for i, line in enumerate(logical_lines(text).text) if line.startswith("SSL"))
    assert sections_around(text, index) == sections


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.text(st.sampled_from("aé𝄞 \t\\\r\n\"'<>${}#"), max_size=40),
    st.integers(-2, 8),
    st.integers(-2, 50),
)
def test_any_position_in_any_text(text: str, line: int, column: int) -> None:
    """Its words are those that httpd reads; positions outside of the text are possible."""
    statement = statement_at(text, Position(line, column))
    if statement is None or "\0" in text:
        return
    written = logical_lines(text).text[statement.number]
    if not written.lstrip(WHITE_SPACE).startswith("<"):
        assert [word.text for word in statement.words] == split_words(written.strip(WHITE_SPACE))
    lines = text.split("\n")
    for word in statement.words:
        for place in word.span:
            assert 0 <= place.column <= len(lines[place.line])
