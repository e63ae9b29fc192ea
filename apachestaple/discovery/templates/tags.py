"""Splits templates into text, expressions and tags of blocks.

The languages are Jinja, Go templates and Mustache (``{{ }}``), ERB and EPP (``<% %>``), Terraform
(``%{ }``), and the ``@NAME@`` of configure scripts.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Tag(Enum):
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

    tag: Tag
    text: str


_TAG = re.compile(
    r"\{#(?P<comment>[^#]*+(?:#(?!\})[^#]*+)*+)#\}"
    r"|\{%(?P<jinja>[^%]*+(?:%(?!\})[^%]*+)*+)%\}"
    r"|\{\{(?P<braces>[^{}]*+(?:[{}](?!\})[^{}]*+)*+)\}?\}\}"
    r"|<%%?(?P<ruby>[^%]*+(?:%(?!>)[^%]*+)*+)%>"
    r"|%\{~?[ \t]*(?P<terraform>(?:if|else|endif|for|endfor)\b[^}\n]*+)\}"
    r"|(?P<configure>@[A-Za-z_][A-Za-z0-9_]*+@)"
)
_MARKS = ("{{", "{%", "<%", "%{ ", "%{~", "{#", "@")

_JINJA_OPENS = frozenset(
    {"if", "for", "macro", "call", "filter", "block", "with", "trans", "autoescape"}
)
_GO_OPENS = frozenset({"if", "range", "with", "define", "block", "unless", "each"})
_RUBY_OPENS = re.compile(
    r"(if|unless|case|while|until|for|begin)\b|.*\bdo(\s*\|[^|]*\|)?$", re.DOTALL
)


def has_tags(text: str) -> bool:
    """Whether a text may be a template, by its content."""
    if not any(mark in text for mark in _MARKS):
        return False
    return any(_tag(found) is not Tag.TEXT for found in _TAG.finditer(text))


# Mail addresses have text before and behind.
_CONFIGURE = re.compile(r"(?<![\w.])@[A-Z_][A-Z0-9_]*@(?![\w.])")


def parts(text: str) -> Iterator[Part]:
    """The parts of a template in their order."""
    position = 0
    for found in _TAG.finditer(text):
        tag = _tag(found)
        if tag is Tag.TEXT:
            continue
        if found.start() > position:
            yield Part(Tag.TEXT, text[position : found.start()])
        yield Part(tag, found[0])
        position = found.end()
    if position < len(text):
        yield Part(Tag.TEXT, text[position:])


def _tag(found: re.Match[str]) -> Tag:
    language, content = found.lastgroup, found[found.lastgroup or 0] or ""
    match language:
        case "comment":
            return Tag.SILENT
        case "jinja" | "terraform":
            return _by_word(content, _JINJA_OPENS, Tag.SILENT)
        case "braces":
            return _braces(content)
        case "ruby":
            return _ruby(content)
    return Tag.EXPRESSION if _CONFIGURE.fullmatch(found[0]) else Tag.TEXT


def _by_word(content: str, opening: frozenset[str], other: Tag) -> Tag:
    word, _, rest = content.strip(" \t\r\n-+~").partition(" ")
    word = word.strip()
    if word in {"elif", "elsif", "elseif"} or (word == "else" and rest.strip().startswith("if")):
        return Tag.BRANCH
    if word == "else":
        return Tag.ELSE
    if word == "end" or (word.startswith("end") and (word[3:] in opening or word == "endset")):
        return Tag.CLOSES
    # The block form of set has no value.
    is_set = word == "set" and "=" not in rest
    return Tag.OPENS if word in opening or is_set else other


def _braces(content: str) -> Tag:
    inner = content.strip(" \t\r\n-~")
    if inner.startswith(("/*", "!")):
        return Tag.SILENT
    if inner.startswith(("#", "^")):
        return Tag.OPENS
    if inner.startswith("/"):
        return Tag.CLOSES
    tag = _by_word(inner, _GO_OPENS, Tag.EXPRESSION)
    is_assignment = re.match(r"\$\w+\s*:?=", inner) is not None
    return Tag.SILENT if is_assignment else tag


def _ruby(content: str) -> Tag:
    """ERB, in which blocks end with ``end``, and EPP, in which they stand in braces."""
    if content.startswith("="):
        return Tag.EXPRESSION
    inner = content.strip(" \t\r\n-")
    if content.startswith("#") or (inner.startswith("|") and inner.endswith("|")):
        # A comment, and the parameters of an EPP template.
        return Tag.SILENT
    if inner.startswith("}"):
        if not inner.endswith("{"):
            return Tag.CLOSES
        return Tag.BRANCH if "elsif" in inner else Tag.ELSE
    if inner.endswith("{"):
        return Tag.OPENS
    if inner.startswith(("elsif", "when")):
        return Tag.BRANCH
    if inner.split(None, 1)[:1] == ["else"]:
        return Tag.ELSE
    if inner == "end" or inner.startswith(("end.", "end ", "end;")):
        return Tag.CLOSES
    return Tag.OPENS if _RUBY_OPENS.match(inner) else Tag.SILENT
