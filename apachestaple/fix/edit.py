"""Edits of a file, made on its lossless tree.

An edit changes its own lines alone, in the file's own indentation and line ending.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from apachestaple.httpd.syntax import Token, tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apachestaple.httpd.syntax import Node, Nodes


class Where(StrEnum):
    """What an edit does, seen from the line that it names."""

    REPLACE = "replace"
    REMOVE = "remove"
    AFTER = "after"
    # As the first lines of the section that opens on the line.
    INSIDE = "inside"
    # As the last lines of the section that opens on the line.
    LAST = "last"
    # As the last lines of the file; the line is not looked at, nor is it in what follows.
    END = "end"
    # As the lines of a new file.
    FILE = "file"
    # A new symbolic link, to the path that is its one line.
    LINK = "link"
    # The file or the link is taken away.
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit.

    Attributes:
        file: real path of the file.
        line: number of the physical line on which the directive starts.
        where: what to do there.
        lines: the new lines, without indentation of their own level and line ending.
        reason: what it is for, as the summary says it.

    """

    file: str
    line: int
    where: Where
    lines: tuple[str, ...]
    reason: str


class EditError(Exception):
    """A line to edit is not where it was read."""


def edited(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with edits made; they may not overlap.

    Raises:
        EditError: there is no directive at the line of an edit.

    """
    edits = list(edits)
    newline = "\r\n" if "\r\n" in text else "\n"
    if text.endswith("\\"):
        # Whatever follows it would become part of the last line.
        raise EditError(f"{edits[0].file} ends in a backslash")
    nodes = tree(text)
    # All places are looked up before the first edit moves anything. At one line, what is added
    # comes first, while the line is still there, and the last addition first: it stands lowest.
    by_line = _by_line(nodes)
    found = [(edit, *_find(nodes, by_line, edit)) for edit in edits]
    removing = (Where.REPLACE, Where.REMOVE)
    found.sort(key=lambda place: place[0].where not in removing)
    for edit, parent, node in reversed(found):
        _edit(edit, parent, node, newline)
    return nodes.dump()


def _edit(edit: Edit, parent: Nodes, node: Node | None, newline: str) -> None:
    if node is None:
        _append(parent, edit.lines, newline)
        return
    index = next(i for i, child in enumerate(parent) if child is node)
    indent = _indent(node)
    if edit.where is Where.REMOVE:
        _remove(parent, index, newline)
    elif edit.where is Where.REPLACE:
        before = node.whitespace
        parent.remove(index)
        first, *further = edit.lines
        parent.add(index, before + first)
        _insert(parent, index + 1, further, indent, newline)
    elif edit.where is Where.AFTER:
        _insert(parent, index + 1, edit.lines, indent, newline)
    elif edit.where is Where.LAST:
        _insert_last(node, edit, newline)
    else:
        _insert_inside(parent, index, node, edit, newline)


def _insert(parent: Nodes, index: int, lines: Sequence[str], indent: str, newline: str) -> None:
    for offset, line in enumerate(lines):
        parent.add(index + offset, f"{newline}{indent}{line}")


def _insert_inside(parent: Nodes, index: int, node: Node, edit: Edit, newline: str) -> None:
    if not hasattr(node, "tag"):
        # The section could not be paired with its close; its content follows it.
        _insert(parent, index + 1, edit.lines, _indent(node) + "    ", newline)
        return
    block: Nodes = node  # type: ignore[assignment]  # a BlockNode is both
    children = list(block)
    # What stands behind the section's ">" belongs to its line.
    first = next((i for i, child in enumerate(children) if _line(child) != edit.line), None)
    inner = _indent(children[first]) if first is not None else _indent(node) + "    "
    position = len(children) if first is None else first
    _insert(block, position, edit.lines, inner, newline)


def _insert_last(node: Node, edit: Edit, newline: str) -> None:
    if not hasattr(node, "tag"):
        raise EditError(f"{edit.file} line {edit.line}: the section is not closed in its file")
    block: Nodes = node  # type: ignore[assignment]  # a BlockNode is both
    children = list(block)
    indents = [_indent(child) for child in children if _line(child) not in (None, edit.line)]
    inner = indents[-1] if indents else _indent(node) + "    "
    # The white space before the closing line belongs to the section.
    _insert(block, len(children), edit.lines, inner, newline)


def _append(root: Nodes, lines: Sequence[str], newline: str) -> None:
    trailing = root.trailing_whitespace
    for line in lines:
        # The first line of an empty file has no line end before it.
        root.add(len(root), (newline if root.dump().strip() else "") + line)
    root.trailing_whitespace = trailing if "\n" in trailing else newline


def _remove(parent: Nodes, index: int, newline: str) -> None:
    removed = parent.remove(index)
    if "\n" not in removed.whitespace and index < len(parent):
        # The first line of the file: the next one becomes the first.
        following = list(parent)[index]
        following.whitespace = following.whitespace.removeprefix(newline)


def _by_line(nodes: Nodes) -> dict[int, tuple[Nodes, Node]]:
    """The directive or section on each line, and the list that it stands in."""
    found: dict[int, tuple[Nodes, Node]] = {}
    for parent, node in _all_nodes(nodes):
        line = _line(node)
        if line is not None and getattr(node, "typestring", "") != "comment":
            found.setdefault(line, (parent, node))
    return found


def _find(
    nodes: Nodes, by_line: dict[int, tuple[Nodes, Node]], edit: Edit
) -> tuple[Nodes, Node | None]:
    if edit.where is Where.END:
        return nodes, None
    if edit.line not in by_line:
        raise EditError(f"{edit.file}: there is no directive on line {edit.line}")
    return by_line[edit.line]


def _all_nodes(nodes: Nodes) -> Iterator[tuple[Nodes, Node]]:
    for node in nodes:
        yield nodes, node
        if hasattr(node, "tag"):
            yield from _all_nodes(node)  # type: ignore[arg-type]  # a BlockNode is both


def _line(node: Node) -> int | None:
    try:
        name = node.tag if hasattr(node, "tag") else node.name  # type: ignore[attr-defined]
    except IndexError:
        # apacheconfig takes a name of Unicode spaces for white space.
        return None
    return name.line if isinstance(name, Token) else None


def _indent(node: Node) -> str:
    found = re.search(r"[ \t]*\Z", node.whitespace)
    return found[0] if found else ""
