"""Edits of a file, applied to its lossless tree.

An edit only changes its own lines. New lines have the indentation and line ending of the file. If a
line is replaced or removed, the comment of ``fix`` above it, which gives its reason, is removed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from apachestaple.fix.editing.comments import edited_comments
from apachestaple.fix.editing.style import aligned, rewritten
from apachestaple.httpd.syntax import Token, tree
from apachestaple.httpd.words import lower
from apachestaple.rules.reason_comment import find_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from apachestaple.httpd.syntax import Node, Nodes


class Where(StrEnum):
    """What an edit does, relative to its line."""

    REPLACE = "replace"
    REMOVE = "remove"
    AFTER = "after"
    # As the first lines of the section that opens on the line, after ServerName and ServerAlias.
    INSIDE = "inside"
    # As the last lines of the section that opens on the line.
    LAST = "last"
    # Replaces a line that is a comment, or removes it.
    COMMENT = "comment"
    # As the last lines of the file. For this and the following, the number of the line is not used.
    END = "end"
    # As the lines of a new file.
    FILE = "file"
    # A new symbolic link; the only line is its target.
    LINK = "link"
    # The file or the link is removed.
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit.

    Attributes:
        file: real path of the file.
        line: number of the physical line on which the directive starts.
        where: what to do at the line.
        lines: the new lines, without the indentation of the place and without line endings.
        reason: the reason, which the report prints.

    """

    file: str
    line: int
    where: Where
    lines: tuple[str, ...]
    reason: str


class EditError(Exception):
    """A file cannot be edited; the text says why."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file} {reason}")
        self.file = file
        self.reason = reason


def refusal(edit: Edit, why: str) -> str:
    """Says that an edit is not made, because its file ``why``."""
    place = f"{edit.file} line {edit.line}" if edit.line else edit.file
    return f"{place} was not changed ({edit.reason}): the file {why}"


def edited(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with the edits applied, which must not overlap.

    Raises:
        EditError: there is no directive on the line of an edit, or no line can be added.

    """
    edits = list(edits)
    comments = [edit for edit in edits if edit.where is Where.COMMENT]
    if comments:
        # A plan about comments has no other edits.
        return edited_comments(text, comments)
    newline = "\r\n" if "\r\n" in text else "\n"
    if text.endswith("\\"):
        # A new line would become part of the last line.
        raise EditError(edits[0].file, "ends in a backslash, so no line can follow it")
    try:
        return _edited(text, edits, newline)
    except RecursionError:
        raise EditError(edits[0].file, "has sections that are nested too deeply") from None


def _edited(text: str, edits: Sequence[Edit], newline: str) -> str:
    nodes = tree(text)
    # All places are looked up before the first edit, because edits move nodes. Edits are applied
    # from the last place to the first, so that none moves the place of another. At one line, lines
    # are added before the line itself is removed, and the last addition comes first.
    by_line = _by_line(nodes, {edit.line for edit in edits})
    places = [_in_style(_place(nodes, by_line, edit)) for edit in edits]
    places.sort(key=lambda place: (place.edit.line, place.edit.where not in _REMOVING))
    for place in reversed(places):
        _make(place, newline)
    return nodes.dump()


def line_of(node: Node) -> int | None:
    """The physical line on which a directive or section starts; ``None`` for other nodes."""
    try:
        name = node.tag if node.typestring == "block" else node.name  # type: ignore[attr-defined]
    except IndexError:
        # apacheconfig treats a name of Unicode spaces as white space.
        return None
    return name.line if isinstance(name, Token) else None


_REMOVING = (Where.REPLACE, Where.REMOVE)
# New lines stand below these, not above them or between them.
_NAMES_OF_HOSTS = ("servername", "serveralias")
# The number of nodes before and after a new line that decide on its columns.
_NEAR = 3


@dataclass(frozen=True, slots=True)
class _Found:
    """A directive or section, the list that contains it, its index there, and all nodes there."""

    parent: Nodes
    index: int
    node: Node
    siblings: Sequence[Node]


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of an edit: the list, the index, the nodes there, and the white space.

    ``has_reason_above`` is whether the node above is a comment of fix that is removed, too.
    """

    edit: Edit
    parent: Nodes
    index: int
    siblings: Sequence[Node] = ()
    indent: str = ""
    before: str = ""
    has_reason_above: bool = False


def _place(nodes: Nodes, by_line: dict[int, _Found], edit: Edit) -> _Place:
    if edit.where is Where.END:
        return _Place(edit, nodes, len(nodes))
    found = by_line.get(edit.line)
    is_comment = found is not None and found.node.typestring == "comment"
    if found is None or (is_comment and edit.where not in _REMOVING):
        raise EditError(edit.file, f"has no directive on line {edit.line}")
    indent, siblings = _indent(found.node), found.siblings
    if edit.where in _REMOVING:
        is_below = not is_comment and _has_reason_above(found)
        before = siblings[found.index - is_below].whitespace
        return _Place(edit, found.parent, found.index, siblings, indent, before, is_below)
    if edit.where is Where.AFTER:
        return _Place(edit, found.parent, found.index + 1, siblings, indent)
    if not _is_block(found.node):
        if edit.where is Where.LAST:
            raise EditError(edit.file, f"does not close the section of line {edit.line}")
        # The tree has no end for this section, so its content follows its opening line.
        return _Place(edit, found.parent, found.index + 1, (), indent + "    ")
    block: Nodes = found.node  # type: ignore[assignment]  # a BlockNode is both
    children = list(block)
    # Text after the ">" of the section is on the same line.
    first = next((n for n, child in enumerate(children) if line_of(child) != edit.line), None)
    if first is None:
        return _Place(edit, block, len(children), (), indent + "    ")
    if edit.where is Where.LAST:
        indents = [_indent(child) for child in children[first:] if line_of(child) is not None]
        return _Place(
            edit, block, len(children), children, indents[-1] if indents else indent + "    "
        )
    named = [n for n, child in enumerate(children) if _name(child) in _NAMES_OF_HOSTS]
    index = named[-1] + 1 if named else first
    return _Place(edit, block, index, children, _indent(children[max(index - 1, first)]))


def _in_style(place: _Place) -> _Place:
    """The place with the lines of its edit in the style of the directives there."""
    edit, index, siblings = place.edit, place.index, place.siblings
    if not edit.lines:
        return place
    if edit.where is Where.REPLACE:
        lines = rewritten(_written(siblings[index]), edit.lines)
    else:
        near = siblings[max(index - _NEAR, 0) : index + _NEAR]
        texts = [_written(node) for node in near if _is_directive(node)]
        lines = aligned(edit.lines, texts, place.indent)
    return replace(place, edit=replace(edit, lines=lines)) if lines != edit.lines else place


def _make(place: _Place, newline: str) -> None:
    edit, parent, index = place.edit, place.parent, place.index
    if edit.where is Where.END:
        _append(parent, edit.lines, newline)
    elif edit.where in _REMOVING:
        if place.has_reason_above:
            parent.remove(index)
            index -= 1
        if edit.where is Where.REMOVE:
            _remove(parent, index, newline)
        else:
            parent.remove(index)
            first, *further = edit.lines
            parent.add(index, place.before + first)
            _insert(parent, index + 1, further, place.indent, newline)
    elif edit.where is Where.LAST:
        # Edits in the section were applied before, and moved its end.
        _insert(parent, len(parent), edit.lines, place.indent, newline)
    else:
        _insert(parent, index, edit.lines, place.indent, newline)


def _insert(parent: Nodes, index: int, lines: Sequence[str], indent: str, newline: str) -> None:
    for offset, line in enumerate(lines):
        parent.add(index + offset, f"{newline}{indent}{line}")


def _append(root: Nodes, lines: Sequence[str], newline: str) -> None:
    trailing = root.trailing_whitespace
    # The first line of an empty file has no line end before it.
    before = newline if any(node.dump().strip() for node in root) else ""
    for line in lines:
        root.add(len(root), before + line)
        before = newline
    root.trailing_whitespace = trailing if "\n" in trailing else newline


def _remove(parent: Nodes, index: int, newline: str) -> None:
    removed = parent.remove(index)
    if "\n" not in removed.whitespace and index < len(parent):
        # The removed line was the first of the file, so the next one becomes the first.
        following = next(islice(parent, index, None))
        following.whitespace = following.whitespace.removeprefix(newline)


def _by_line(nodes: Nodes, lines: AbstractSet[int]) -> dict[int, _Found]:
    """The directive, section or comment on each of the lines."""
    places: dict[int, _Found] = {}

    def search(parent: Nodes) -> None:
        siblings = list(parent)
        for index, node in enumerate(siblings):
            line = line_of(node)
            if line is not None and line in lines:
                places.setdefault(line, _Found(parent, index, node, siblings))
            if node.typestring == "block":
                search(node)  # type: ignore[arg-type]  # a BlockNode is both

    search(nodes)
    return places


def _has_reason_above(found: _Found) -> bool:
    """Whether the line above is a comment of fix with the reason."""
    if found.index == 0 or found.node.whitespace.count("\n") != 1:
        return False
    above = found.siblings[found.index - 1]
    is_comment = above.typestring == "comment"
    return is_comment and find_reason(above.dump().rpartition("\n")[2]) is not None


def _is_block(node: Node) -> bool:
    return node.typestring == "block"


def _is_directive(node: Node) -> bool:
    return node.typestring == "statement"


def _name(node: Node) -> str:
    return lower(str(node.name)) if _is_directive(node) else ""  # type: ignore[attr-defined]


def _written(node: Node) -> str:
    """The text of a directive without the white space before it."""
    return node.dump()[len(node.whitespace) :]


def _indent(node: Node) -> str:
    found = re.search(r"[ \t]*\Z", node.whitespace)
    return found[0] if found else ""
