"""Plans the removal of stapling, for ``--disable`` and ``--use-mod-md``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.fix.editing.edit import Edit, Where, line_of
from apachestaple.fix.editing.headings import headings, is_heading
from apachestaple.fix.editing.place import real_file, remove
from apachestaple.fix.editing.snippet import is_own_file, is_own_name
from apachestaple.fix.steps.plan import Plan
from apachestaple.httpd.syntax import tree
from apachestaple.httpd.words import lower
from apachestaple.rules.reason_comment import find_reason
from apachestaple.rules.remedy import RemoveStapling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.httpd.source_file import SourceFile
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy


def plan_removal(site: Site, remedies: Sequence[Remedy], _renderer: Renderer) -> Plan:
    """Remove the directives, sections that become empty, and our own file."""
    removals = [remedy for remedy in remedies if isinstance(remedy, RemoveStapling)]
    return Plan(tuple(edit for removal in removals for edit in _removal(site, removal)))


def _removal(site: Site, remedy: RemoveStapling) -> Iterator[Edit]:
    left = []
    for file, directives in _by_file(remedy.directives).items():
        lines = directives[0].source_file.lines.text
        ours = {directive.position for directive in directives}
        if is_own_name(file) and not any(
            _is_content(line) for number, line in enumerate(lines) if number not in ours
        ):
            yield from _whole_file(site, file)
        else:
            left += directives
    yield from lines_removed((directive, f"{directive.name} removed") for directive in left)
    # The planner of switches removes idle lines in our own file, too.
    for source in site.configuration.files.values():
        if is_own_file(source) and not any(map(_is_content, source.lines.text)):
            yield from _whole_file(site, source.real_path)


def _is_content(line: str) -> bool:
    return bool(line.strip()) and not line.strip().startswith(("#", "<"))


def lines_removed(removed: Iterable[tuple[Directive, str]]) -> Iterator[Edit]:
    """Remove directives, each with its reason, and the <IfModule> sections that become empty."""
    reasons = dict(removed)
    for file, directives in _by_file(reasons).items():
        source = directives[0].source_file
        by_line = {directive.line: directive for directive in directives}
        emptied = dict(_emptied(source, set(by_line)))
        for line in emptied:
            opening = source.physical_line(line).strip()
            yield Edit(file, line, Where.REMOVE, (), f"{opening} removed, as it is empty")
        inside = _lines_inside(source, set(emptied))
        for line, directive in by_line.items():
            if line not in inside:
                yield remove(directive, reasons[directive])
        if is_own_file(source):
            # Its first line shows whose it is.
            continue
        gone = [*emptied.items(), *((each.line, each.end_line) for each in directives)]
        for line in headings(source.text.split("\n"), gone):
            yield Edit(file, line, Where.REMOVE, (), "heading of the removed lines")


def _by_file(directives: Iterable[Directive]) -> dict[str, list[Directive]]:
    by_file: dict[str, list[Directive]] = {}
    for directive in directives:
        by_file.setdefault(real_file(directive), []).append(directive)
    return by_file


def _whole_file(site: Site, file: str) -> Iterator[Edit]:
    """Remove a file, and the links to it."""
    yield Edit(file, 0, Where.GONE, (), "removed, as it contained only stapling directives")
    for path, source in site.configuration.files.items():
        if source.real_path == file and os.path.islink(path):
            folder, name = os.path.split(path)
            link = os.path.join(os.path.realpath(folder), name)
            yield Edit(link, 0, Where.GONE, (), "removed, as it is a link to that file")


def _emptied(source: SourceFile, removed: set[int]) -> Iterator[tuple[int, int]]:
    """The outermost <IfModule> sections that only contain directives on these lines.

    For each, the numbers of its first and last physical line.
    """

    def search(nodes: object) -> Iterator[tuple[int, int]]:
        for node in nodes:  # type: ignore[attr-defined]  # apacheconfig's lists have no types
            if not hasattr(node, "tag"):
                continue
            inside = list(_leaves(node))
            is_condition = lower(str(node.tag)) == "ifmodule"
            if is_condition and inside and all(line in removed for line in inside):
                line = line_of(node) or 0
                yield line, line + node.dump()[len(node.whitespace) :].count("\n")
            else:
                yield from search(node)

    if "<ifmodule" in source.text.lower():
        yield from search(tree(source.text))


def _lines_inside(source: SourceFile, sections: set[int]) -> set[int]:
    """The lines of the directives in the sections that open on these lines."""

    def search(nodes: object) -> Iterator[int]:
        for node in nodes:  # type: ignore[attr-defined]
            if not hasattr(node, "tag"):
                continue
            if line_of(node) in sections:
                yield from (line for line in _leaves(node) if line is not None)
            else:
                yield from search(node)

    return set(search(tree(source.text))) if sections else set()


def _leaves(section: object) -> Iterator[int | None]:
    """The line of each directive in a section; ``None`` for a comment that must be kept."""
    for node in section:  # type: ignore[attr-defined]
        if hasattr(node, "tag"):
            yield from _leaves(node)
        elif getattr(node, "typestring", "") == "comment":
            comment = str(node.dump()).strip()
            # The reason for a line goes with it, and so does a heading.
            if find_reason(comment) is None and not is_heading(comment):
                yield None if comment else line_of(node)
        else:
            yield line_of(node)
