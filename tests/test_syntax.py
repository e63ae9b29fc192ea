"""The tree of a file holds every byte of it, and edits change their own lines alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apachestaple.fix.editing.edit import Edit, EditError, Where, edited
from apachestaple.httpd.include import _pattern, has_wildcard
from apachestaple.httpd.syntax import logical_lines, tree
from apachestaple.httpd.words import next_word, resolve_variables, split_words, word_spans

PIECES = st.sampled_from(
    [
        *("<A>", "</A>", "<b x>", "</B> z", " ", "\t", "\n", "\r\n", "\\", "\\\n", "\\\r\n"),
        *(
            "foo",
            "# c",
            ">",
            "<",
            "</",
            "</A >",
            '"',
            "'",
            "\0",
            "\u00a0",
            "\udcff",
            "\x1c",
            "\x0b",
        ),
    ]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join)


@settings(max_examples=1000, deadline=None)
@given(TEXTS)
def test_the_tree_gives_back_every_text(text: str) -> None:
    assert tree(text).dump() == text


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=400))
def test_the_tree_gives_back_every_byte(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    assert tree(text).dump().encode("utf-8", "surrogateescape") == data


def test_sections_that_nest_deeper_than_any_stack_stay_flat() -> None:
    text = "<A>\n" * 5000 + "</A>\n" * 5000
    assert tree(text).dump() == text


@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_logical_lines_count_every_physical_line_once(text: str) -> None:
    lines = logical_lines(text)
    numbers = [(lines.first_line(i), lines.last_line(i)) for i in range(len(lines.text))]
    for (first, last), (following, _) in pairwise(numbers):
        assert first <= last
        assert following == last + 1


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="ab\\\"' \t\u00a0", max_size=30))
def test_words_and_their_places_agree(text: str) -> None:
    words = split_words(text)
    spans = list(word_spans(text))
    assert len(words) == len(spans)
    for word, (start, end) in zip(words, spans, strict=True):
        assert next_word(text[start:end])[0] == word


def test_a_variable_is_replaced_once_and_from_left_to_right() -> None:
    values = {"A": "${B}", "B": "b", "": "empty"}
    assert resolve_variables("x${A}$B${B}${C}${", values.get, 100) == "x${B}$Bb${C}${"


@pytest.mark.parametrize(
    ("wildcard", "matching", "others"),
    [
        ("*.conf", ["a.conf", "a.b.conf"], [".a.conf", "a.conf~", "conf"]),
        ("?.conf", ["a.conf"], ["ab.conf", ".conf"]),
        ("[!a]*", ["b"], ["a", ".b"]),
        ("[a-c]x", ["ax", "cx"], ["dx"]),
        (".*", [".a"], ["a"]),
        ("a\\*", ["a*"], ["ab"]),
        ("[^]]x", ["ax"], ["]x"]),
        ("[a\\]x].c", ["x.c", "].c"], ["\\.c"]),
        ("[z-a]*", [], ["a", "z"]),
    ],
)
def test_wildcards_are_those_of_apr(wildcard: str, matching: list[str], others: list[str]) -> None:
    assert has_wildcard(wildcard) == (wildcard != "a\\*")
    assert all(_pattern(wildcard).fullmatch(name) for name in matching)
    assert not any(_pattern(wildcard).fullmatch(name) for name in others)


def edit(line: int, where: Where, *lines: str) -> Edit:
    return Edit("f", line, where, lines, "")


HOST = "<VirtualHost *:443>\n    SSLEngine on\n    # note\n</VirtualHost>\n"
REASON = "# apachestaple: certificate is self-signed\nA\nB\n"


@pytest.mark.parametrize(
    ("text", "edits", "result"),
    [
        (HOST, [edit(2, Where.AFTER, "A", "B")], HOST.replace("on\n", "on\n    A\n    B\n")),
        (HOST, [edit(2, Where.REPLACE, "A")], HOST.replace("SSLEngine on", "A")),
        (HOST, [edit(2, Where.REMOVE)], HOST.replace("    SSLEngine on\n", "")),
        (HOST, [edit(1, Where.INSIDE, "A")], HOST.replace(":443>\n", ":443>\n    A\n")),
        (HOST, [edit(0, Where.END, "A")], HOST + "A\n"),
        ("A\nB\n", [edit(1, Where.REMOVE)], "B\n"),
        ("A\nB", [edit(2, Where.AFTER, "C")], "A\nB\nC"),
        ("A\r\n\tB\r\n", [edit(2, Where.AFTER, "C")], "A\r\n\tB\r\n\tC\r\n"),
        ("A \\\n  b\nC\n", [edit(1, Where.REPLACE, "X")], "X\nC\n"),
        ("<A>\n</A>\n", [edit(1, Where.INSIDE, "X")], "<A>\n    X\n</A>\n"),
        ("C\n<A>\nB\n", [edit(2, Where.INSIDE, "X")], "C\n<A>\n    X\nB\n"),
        ("<A> junk\n  B\n</A>\n", [edit(1, Where.INSIDE, "X")], "<A> junk\n  X\n  B\n</A>\n"),
        ("A", [edit(0, Where.END, "X")], "A\nX\n"),
        ("", [edit(0, Where.END, "X")], "X\n"),
        ("A \\\n\n<B>\n</B>\n", [edit(1, Where.AFTER, "X")], "A \\\n\nX\n<B>\n</B>\n"),
        ("A\nB \\\n\n", [edit(0, Where.END, "X")], "A\nB \\\n\nX\n"),
        (REASON, [edit(2, Where.REMOVE)], "B\n"),
        (REASON, [edit(2, Where.REPLACE, "# new", "X")], "# new\nX\nB\n"),
        ("<A>\n\n    " + REASON + "</A>\n", [edit(4, Where.REMOVE)], "<A>\nB\n</A>\n"),
        (
            "A\r\n\t# apachestaple: certificate is self-signed\r\n\tB\r\n",
            [edit(3, Where.REPLACE, "C")],
            "A\r\n\tC\r\n",
        ),
        (
            REASON.replace(": ", ": ignore[AS501] "),
            [edit(2, Where.REMOVE)],
            "# apachestaple: ignore[AS501] certificate is self-signed\nB\n",
        ),
        (
            REASON.replace("A", "\nA"),
            [edit(3, Where.REMOVE)],
            "# apachestaple: certificate is self-signed\nB\n",
        ),
        ("X\n" + REASON, [edit(1, Where.AFTER, "Y"), edit(3, Where.REMOVE)], "X\nY\nB\n"),
        (
            "A\nB\n",
            [edit(1, Where.AFTER, "1"), edit(1, Where.AFTER, "2"), edit(1, Where.REMOVE)],
            "1\n2\nB\n",
        ),
    ],
)
def test_an_edit_changes_its_own_lines(text: str, edits: list[Edit], result: str) -> None:
    assert edited(text, edits) == result


def test_an_edit_of_a_line_without_directive_is_refused() -> None:
    with pytest.raises(EditError):
        edited("A\n\nB\n", [edit(2, Where.REMOVE)])
