"""Files and macros that are being read, and their open sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.words import WHITE_SPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.httpd.dependences import Inclusion
    from apachestaple.httpd.include import Included
    from apachestaple.httpd.source_file import SourceFile


class Source:
    """The lines of a file or of an expanded macro while they are read.

    Each line of a macro has its index in the file, and a number of its own. ``use`` is the line of
    the outermost ``Use`` that led to the macro: a file and the index in that file.
    """

    __slots__ = ("file", "lines", "name", "numbered", "position", "use")

    def __init__(
        self,
        name: str,
        file: SourceFile,
        lines: list[str],
        numbered: list[tuple[int, int]] | None = None,
        use: tuple[SourceFile, int] | None = None,
    ) -> None:
        self.name = name
        self.file = file
        self.lines = lines
        self.numbered = numbered
        self.use = use
        # Of the line to be read next.
        self.position = 0

    @property
    def index(self) -> int:
        """The index in the file of the line that was read last."""
        position = self.position - 1
        return position if self.numbered is None else self.numbered[position][0]

    @property
    def is_changed(self) -> bool:
        """Whether an argument of the macro's use stands in the line that was read last."""
        written = self.file.lines.text[self.index].strip(WHITE_SPACE)
        return self.use is not None and self.lines[self.position - 1] != written

    @property
    def is_cut_off(self) -> bool:
        """Whether the line that was read last is the last line of the file, without line ending."""
        is_last = self.numbered is None and self.position == len(self.lines)
        return is_last and not self.file.text.endswith("\n")

    @property
    def is_at_end(self) -> bool:
        """Whether the line that was read last is the empty text after the last line ending."""
        is_last = self.numbered is None and self.position == len(self.lines)
        is_blank = is_last and not self.lines[-1].strip(WHITE_SPACE)
        return is_blank and self.file.text.endswith("\n")

    @property
    def number(self) -> int:
        """The line number in httpd."""
        position = self.position - 1
        if self.numbered is None:
            return self.file.lines.last_line(position)
        return self.numbered[position][1]


class Condition:
    """The inside of a true condition."""

    __slots__ = ("file", "index", "name")

    # Only its exact closing line closes it: no section has this name.
    key = "condition"

    def __init__(self, name: str, file: SourceFile, index: int) -> None:
        self.name = name
        self.file = file
        self.index = index


class OpenFile:
    """A file that is being read. Its sections must be closed in the same file."""

    __slots__ = ("included", "inclusion", "outer", "pending", "sections", "sources")

    def __init__(self, source: Source, outer: Directive | None) -> None:
        self.sources = [source]
        self.outer = outer
        self.sections: list[Directive | Condition] = []
        # The path of an Include in it, how it reads its files, and those that remain.
        self.included = ""
        self.inclusion: Inclusion | None = None
        self.pending: Iterator[Included] | None = None
