"""The directives in effect, in the format of ``httpd -t -D DUMP_CONFIG``.

Source: modules/generators/mod_info.c, mod_info_module_cmds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.httpd.configuration import Directive


def dump_text(directives: Sequence[Directive]) -> Iterator[str]:
    """The lines of the dump, without line endings."""
    dump = _Dump()
    # A section is shown together with its first directive. An empty section is shown like a
    # directive, and never closed.
    sections: list[Directive] = []
    shown = 0
    for number, directive in enumerate(directives, 1):
        following = directives[number] if number < len(directives) else None
        while sections and sections[-1] is not directive.parent:
            closed = sections.pop()
            if shown > len(sections):
                shown = len(sections)
                yield from dump.closing(closed, shown)
        if following is not None and following.parent is directive:
            sections.append(directive)
            continue
        for level in range(shown, len(sections)):
            yield from dump.opening(sections[level], level)
        shown = len(sections)
        yield from dump.opening(directive, shown)
    while sections:
        closed = sections.pop()
        yield from dump.closing(closed, len(sections))


class _Dump:
    """Collects lines, and a header whenever the source changes."""

    def __init__(self) -> None:
        self._source: str | None = None

    def opening(self, directive: Directive, level: int) -> Iterator[str]:
        yield from self._heading(directive)
        indent = "  " * level
        yield f"{indent}#{directive.number:4d}:"
        yield f"{indent}{directive.name} {directive.raw}"

    def closing(self, section: Directive, level: int) -> Iterator[str]:
        yield from self._heading(section)
        yield f"{'  ' * level}</{section.name[1:]}>"

    def _heading(self, directive: Directive) -> Iterator[str]:
        if directive.source != self._source:
            self._source = directive.source
            yield f"# In file: {directive.source}"
