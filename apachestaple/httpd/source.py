"""What is being read: files, macros, and the sections that are open in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.words import WHITE_SPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive, SourceFile
    from apachestaple.httpd.include import Included


class Source:
    """Lines that are being read: a file, or the expanded body of a macro.

    Of a macro, each line has its index in the file that it comes from and a number of its own.
    """

    __slots__ = ("file", "lines", "name", "numbered", "position")

    def __init__(
        self,
        name: str,
        file: SourceFile,
        lines: list[str],
        numbered: list[tuple[int, int]] | None = None,
    ) -> None:
        self.name = name
        self.file = file
        self.lines = lines
        self.numbered = numbered
        # Of the line to be read next.
        self.position = 0

    @property
    def index(self) -> int:
        """Index in the file of the line that was read last."""
        position = self.position - 1
        return position if self.numbered is None else self.numbered[position][0]

    @property
    def is_cut_off(self) -> bool:
        """Whether the line that was read last is the file's last one, and has no line ending."""
        is_last = self.numbered is None and self.position == len(self.lines)
        return is_last and not self.file.text.endswith("\n")

    @property
    def is_at_end(self) -> bool:
        """Whether the line that was read last is what stands behind the last line ending."""
        is_last = self.numbered is None and self.position == len(self.lines)
        is_blank = is_last and not self.lines[-1].strip(WHITE_SPACE)
        return is_blank and self.file.text.endswith("\n")

    @property
    def number(self) -> int:
        """The line number that httpd gives it."""
        position = self.position - 1
        if self.numbered is None:
            return self.file.lines.last_line(position)
        return self.numbered[position][1]


class Condition:
    """The inside of a condition that holds."""

    __slots__ = ("file", "index", "name")

    # It is closed by its exact closing line alone: no line closes a section of this name.
    key = "condition"

    def __init__(self, name: str, file: SourceFile, index: int) -> None:
        self.name = name
        self.file = file
        self.index = index


class OpenFile:
    """A file that is being read: its sections are closed within it."""

    __slots__ = ("outer", "pending", "sections", "sources")

    def __init__(self, source: Source, outer: Directive | None) -> None:
        self.sources = [source]
        self.outer = outer
        self.sections: list[Directive | Condition] = []
        # The rest of the files that an Include in it names.
        self.pending: Iterator[Included] | None = None
