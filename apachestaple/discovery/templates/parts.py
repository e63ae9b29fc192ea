"""Splits templates into text, expressions and the tags of blocks."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.discovery.templates.tags import Mark, Tag, tags

if TYPE_CHECKING:
    from collections.abc import Iterator


class Does(Enum):
    """What a part of a template does."""

    TEXT = "text"
    EXPRESSION = "expression"
    # A tag without output that is not part of a block, or a comment.
    SILENT = "silent"
    # The beginning of a block, its branches, and its end.
    OPENS = "opens"
    ELSE = "else"
    BRANCH = "branch"
    CLOSES = "closes"


class Part(NamedTuple):
    """A part of a template, with its text in the file."""

    does: Does
    text: str


_JINJA_OPENS = frozenset(
    {"if", "for", "macro", "call", "filter", "block", "with", "trans", "autoescape"}
)
_GO_OPENS = frozenset({"if", "range", "with", "define", "block", "unless", "each"})
_RUBY_OPENS = re.compile(
    r"(if|unless|case|while|until|for|begin)\b|.*\bdo(\s*\|[^|]*\|)?$", re.DOTALL
)


def parts(text: str, marks: frozenset[Mark]) -> Iterator[Part]:
    """The parts of a template in their order."""
    position = 0
    for tag in tags(text, marks):
        if tag.start > position:
            yield Part(Does.TEXT, text[position : tag.start])
        yield Part(_does(tag), text[tag.start : tag.end])
        position = tag.end
    if position < len(text):
        yield Part(Does.TEXT, text[position:])


def _does(tag: Tag) -> Does:
    if tag.content is None:
        # What it would output is unknown.
        return Does.EXPRESSION
    match tag.mark:
        case Mark.COMMENT:
            return Does.SILENT
        case Mark.STATEMENT | Mark.TERRAFORM:
            return _by_word(tag.content, _JINJA_OPENS, Does.SILENT)
        case Mark.BRACES:
            return _braces(tag.content)
        case Mark.RUBY:
            return _ruby(tag.content)
    return Does.EXPRESSION


def _by_word(content: str, opening: frozenset[str], other: Does) -> Does:
    word, _, rest = content.strip(" \t\r\n-+~").partition(" ")
    word = word.strip()
    if word in {"elif", "elsif", "elseif"} or (word == "else" and rest.strip().startswith("if")):
        return Does.BRANCH
    if word == "else":
        return Does.ELSE
    if word == "end" or (word.startswith("end") and (word[3:] in opening or word == "endset")):
        return Does.CLOSES
    # The block form of set has no value.
    is_set = word == "set" and "=" not in rest
    return Does.OPENS if word in opening or is_set else other


def _braces(content: str) -> Does:
    inner = content.strip(" \t\r\n-~")
    if inner.startswith(("/*", "!")):
        return Does.SILENT
    if inner.startswith(("#", "^")):
        return Does.OPENS
    if inner.startswith("/"):
        return Does.CLOSES
    does = _by_word(inner, _GO_OPENS, Does.EXPRESSION)
    is_assignment = re.match(r"\$\w+\s*:?=", inner) is not None
    return Does.SILENT if is_assignment else does


def _ruby(content: str) -> Does:
    """ERB, in which blocks end with ``end``, and EPP, in which they stand in braces."""
    # <%% is a tag of the template that this one renders.
    content = content.removeprefix("%")
    if content.startswith("="):
        return Does.EXPRESSION
    inner = content.strip(" \t\r\n-")
    if content.startswith("#") or (inner.startswith("|") and inner.endswith("|")):
        # A comment, and the parameters of an EPP template.
        return Does.SILENT
    if inner.startswith("}"):
        if not inner.endswith("{"):
            return Does.CLOSES
        return Does.BRANCH if "elsif" in inner else Does.ELSE
    if inner.endswith("{"):
        return Does.OPENS
    if inner.startswith(("elsif", "when")):
        return Does.BRANCH
    if inner.split(None, 1)[:1] == ["else"]:
        return Does.ELSE
    if inner == "end" or inner.startswith(("end.", "end ", "end;")):
        return Does.CLOSES
    return Does.OPENS if _RUBY_OPENS.match(inner) else Does.SILENT
