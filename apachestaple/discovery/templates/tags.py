"""Finds the tags of a template.

The languages are Jinja, Go templates and Mustache (``{{ }}``), ERB and EPP (``<% %>``), Terraform
(``%{ }``), and the ``@NAME@`` of configure scripts.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Mark(Enum):
    """How a tag starts."""

    COMMENT = "{#"
    STATEMENT = "{%"
    BRACES = "{{"
    RUBY = "<%"
    TERRAFORM = "%{"
    CONFIGURE = "@"
    # With a name in lower case, which only files for configure scripts have.
    LOWER_CONFIGURE = "@a"


USUAL = frozenset(Mark) - {Mark.LOWER_CONFIGURE}
_JINJA = frozenset({Mark.COMMENT, Mark.STATEMENT, Mark.BRACES})
_BY_SUFFIX = {
    **dict.fromkeys(("j2", "jinja", "jinja2"), _JINJA),
    **dict.fromkeys(("erb", "epp"), frozenset({Mark.RUBY})),
    **dict.fromkeys(("gotmpl", "ctmpl", "mustache"), frozenset({Mark.BRACES})),
    "tftpl": frozenset({Mark.TERRAFORM}),
    "in": frozenset(Mark),
}


class Tag(NamedTuple):
    """A tag, from ``start`` to ``end`` of a text.

    ``content`` is the text between its marks; ``None`` if it is not closed. Then it ends with its
    line.
    """

    mark: Mark
    start: int
    end: int
    content: str | None


_OPENING = re.compile(
    r"\{[#%{]|<%|%\{(?=~?[ \t]*(?:if|else|endif|for|endfor)\b)"
    r"|@@?[A-Za-z_][A-Za-z0-9_]*+@@?"
)
_CLOSING = {
    Mark.COMMENT: "#}",
    Mark.STATEMENT: "%}",
    Mark.BRACES: "}}",
    Mark.RUBY: "%>",
    Mark.TERRAFORM: "}",
}
_RAW = re.compile(r"[-+\s]*raw[-+\s]*")
_END_OF_RAW = re.compile(r"\{%[-+]?\s*+endraw\b")
_GO_COMMENT = re.compile(r"-?\s*/\*")
# Texts in quotes, braces, and ends of tags. The length of a text is limited, so that the time is
# linear.
_NESTED = re.compile(
    r""""(?:[^"\\]|\\.){0,200}+"|'(?:[^'\\]|\\.){0,200}+'|`[^`]{0,200}+`|%\}|[{}"'`]""", re.DOTALL
)
# The number of ends of tags that may stand in the quotes and braces of a tag.
_MOST_NESTED = 8


def marks_of(path: str) -> frozenset[Mark]:
    """The marks of the template language that the name of a file tells; all usual ones, if none."""
    return _BY_SUFFIX.get(path.rpartition(".")[2].lower(), USUAL)


def tags(text: str, marks: frozenset[Mark]) -> Iterator[Tag]:
    """The tags of a text that start with these marks, in their order. The time is linear."""
    ends = _Ends(text)
    position = 0
    while (opening := _OPENING.search(text, position)) is not None:
        start, position = opening.span()
        mark = _mark(opening[0])
        if mark not in marks:
            position = start + 1
            continue
        tag = Tag(mark, start, position, opening[0])
        if mark in _CLOSING:
            tag = _closed(ends, mark, start, position) or _unclosed(text, mark, start)
        yield tag
        position = tag.end
        if mark is Mark.STATEMENT and _RAW.fullmatch(tag.content or ""):
            position = ends.end_of_raw(position)


def _mark(opening: str) -> Mark:
    if opening[0] != "@":
        return Mark(opening)
    return Mark.CONFIGURE if opening.isupper() else Mark.LOWER_CONFIGURE


class _Ends:
    """Finds the next end of a tag.

    A position is kept until the search has passed it, so that a text is searched only once for
    each end.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._next: dict[str, int] = {}
        self._has_end_of_raw = True

    def next(self, end: str, start: int) -> int | None:
        known = self._next.get(end, -1)
        if known < start:
            found = self.text.find(end, start)
            known = self._next[end] = len(self.text) if found < 0 else found
        return None if known == len(self.text) else known

    def end_of_raw(self, start: int) -> int:
        """Where the tags begin again; ``start`` if the block has no end."""
        found = _END_OF_RAW.search(self.text, start) if self._has_end_of_raw else None
        self._has_end_of_raw = found is not None
        return start if found is None else found.start()


def _closed(ends: _Ends, mark: Mark, start: int, inner: int) -> Tag | None:
    """The tag whose content begins at ``inner``; ``None`` if it has no end."""
    text, closing = ends.text, _CLOSING[mark]
    if mark is Mark.BRACES and _GO_COMMENT.match(text, inner):
        after = ends.next("*/", inner)
        end = ends.next(closing, inner if after is None else after)
    else:
        end = ends.next(closing, inner)
        if end is not None and mark in (Mark.STATEMENT, Mark.BRACES):
            end = _end_outside_quotes(text, closing, inner) or end
    if end is None or (mark is Mark.TERRAFORM and "\n" in text[inner:end]):
        return None
    return Tag(mark, start, end + len(closing), text[inner:end])


def _end_outside_quotes(text: str, closing: str, inner: int) -> int | None:
    """The end of a tag outside of quotes and braces; ``None`` if they are not closed either."""
    depth = passed = 0
    for found in _NESTED.finditer(text, inner):
        written, position = found[0], found.start()
        if written == "{":
            depth += 1
        elif written in ("}", "%}"):
            if text.startswith(closing, position):
                if depth == 0:
                    return position
                passed += 1
            depth -= written == "}" and depth > 0
        if passed > _MOST_NESTED or written in ('"', "'", "`"):
            break
    return None


def _unclosed(text: str, mark: Mark, start: int) -> Tag:
    """A tag without end. A backslash at the end of its line is still that of the configuration."""
    end = text.find("\n", start)
    line = text[start : len(text) if end < 0 else end].rstrip("\r")
    return Tag(mark, start, start + len(line.removesuffix("\\")), None)
