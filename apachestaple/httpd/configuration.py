"""What the reader returns: the directives in effect, in order, and the errors on the way."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from apachestaple.httpd.syntax import LogicalLines, buffer_sizes, logical_lines, untrimmed_lines
from apachestaple.httpd.words import lower, split_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apachestaple.httpd.paths import Paths


class SourceFile:
    """A file that was read: its path as httpd names it, and its text.

    ``made`` is the file that the path is, where it is not on the disk yet.
    """

    __slots__ = ("_physical", "_real_path", "lines", "path", "text")

    def __init__(self, path: str, text: str, made: str | None = None) -> None:
        self.path = path
        self.text = text
        self._real_path = made
        self.lines: LogicalLines = logical_lines(text)
        self._physical: list[str] | None = None

    @property
    def real_path(self) -> str:
        """Its path with links followed."""
        if self._real_path is None:
            self._real_path = os.path.realpath(self.path)
        return self._real_path

    def untrimmed(self, index: int) -> str:
        """A logical line with the white space around it, without its line ending."""
        lines = untrimmed_lines(self.text)
        # Behind the last line ending there is one more, which is empty.
        return lines[index] if index < len(lines) else ""

    def buffer_size(self, index: int) -> int:
        """Bytes that a logical line takes at most while httpd reads it."""
        sizes = buffer_sizes(self.text)
        return sizes[index] if index < len(sizes) else 1

    def cut_off_line(self) -> str:
        """The last logical line without its last physical one."""
        lines = untrimmed_lines(self.text.rpartition("\n")[0] + "\n")
        whole = untrimmed_lines(self.text)
        return lines[-1] if lines and len(lines) == len(whole) else ""

    def physical_line(self, number: int) -> str:
        """Physical line ``number`` (from 1) without its line ending; ``""`` where there is none."""
        if self._physical is None:
            self._physical = self.text.split("\n")
        lines = self._physical
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""

    def physical_lines(self, first: int, last: int) -> list[str]:
        """Physical lines ``first`` to ``last``, likewise."""
        return [self.physical_line(number) for number in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a file. Lines and columns count from 1; ``end_column`` is the one after it."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Directive:
    """A directive or a section's opening line that is in effect.

    ``name`` is the name as httpd spells it (``<VirtualHost`` for a section), or as it is written
    where no loaded module brings it; ``key`` the same in lower case; ``raw`` its arguments after
    variables were replaced. ``file`` is the file in which it can be edited, ``line`` and
    ``end_line`` its first and last physical line there. ``source`` is the name by which httpd calls
    the place, and ``number`` the line by which it numbers it there.
    """

    __slots__ = ("_index", "key", "name", "parent", "raw", "source_file")

    def __init__(
        self,
        name: str,
        key: str,
        raw: str,
        parent: Directive | None,
        source_file: SourceFile,
        index: int,
    ) -> None:
        self.name = name
        self.key = key
        self.raw = raw
        self.parent = parent
        self.source_file = source_file
        self._index = index

    @property
    def source(self) -> str:
        return self.source_file.path

    @property
    def number(self) -> int:
        return self.source_file.lines.last_line(self._index)

    @property
    def in_macro(self) -> bool:
        """Whether it came from a macro: it stands once in the file and may be in effect often."""
        return False

    @property
    def arguments(self) -> list[str]:
        """The arguments, unquoted. For a section, up to the last ``>`` of its line."""
        if self.is_section:
            return split_words(self.raw.rpartition(">")[0])
        return split_words(self.raw)

    @property
    def is_section(self) -> bool:
        return self.name.startswith("<")

    @property
    def depth(self) -> int:
        return sum(1 for _ in self.sections())

    def sections(self) -> Iterator[Directive]:
        """The sections that it stands in, the innermost first."""
        section = self.parent
        while section is not None:
            yield section
            section = section.parent

    @property
    def file(self) -> str:
        return self.source_file.path

    @property
    def line(self) -> int:
        return self.source_file.lines.first_line(self._index)

    @property
    def end_line(self) -> int:
        """The last physical line; httpd may count one more, where a file ends in a continuation."""
        return self.source_file.lines.last_line(self._index)

    @property
    def place(self) -> Place:
        """The directive without the white space around it."""
        return line_place(self.source_file, self.line, self.end_line)


class MacroDirective(Directive):
    """A directive from a macro: its place is in the macro's body, its source the use."""

    __slots__ = ("_number", "_source")

    def __init__(
        self, name: str, key: str, raw: str, parent: Directive | None, source: LineSource
    ) -> None:
        super().__init__(name, key, raw, parent, source.file, source.index)
        self._source = source.name
        self._number = source.number

    @property
    def source(self) -> str:
        return self._source

    @property
    def number(self) -> int:
        return self._number

    @property
    def in_macro(self) -> bool:
        return True


class LineSource(Protocol):
    """Where lines come from: its name, and the place of the line that was read last."""

    name: str
    file: SourceFile

    @property
    def index(self) -> int: ...
    @property
    def number(self) -> int: ...


def line_place(file: SourceFile, line: int, end_line: int | None = None) -> Place:
    """The text of the lines ``line`` to ``end_line`` without the white space around it."""
    end_line = line if end_line is None else end_line
    first = file.physical_line(line)
    last = file.physical_line(end_line)
    column = len(first) - len(first.lstrip()) + 1
    return Place(file.path, line, column, end_line, max(len(last.rstrip()) + 1, 1))


class ErrorKind(StrEnum):
    """Why httpd would not go on reading."""

    UNREADABLE = "unreadable"
    NOT_TEXT = "not-text"
    UNCLOSED_SECTION = "unclosed-section"
    MISMATCHED_SECTION = "mismatched-section"
    INCLUDE_NOT_FOUND = "include-not-found"
    INCLUDE_LOOP = "include-loop"
    MACRO = "macro"
    ARGUMENTS = "arguments"
    MODULE = "module"


@dataclass(frozen=True, slots=True)
class ReadError:
    """An error of the language; ``message`` is what httpd says, in its words."""

    kind: ErrorKind
    message: str
    place: Place


class NoteKind(StrEnum):
    """What httpd reads without a word although it is hardly meant."""

    DANGLING_LINK = "dangling-link"
    UNDEFINED_VARIABLE = "undefined-variable"
    TEXT_AFTER_SECTION = "text-after-section"
    SECTION_ENDS_WITH_FILE = "section-ends-with-file"
    INCLUDE_ELSEWHERE = "include-elsewhere"
    LOST_LINE = "lost-line"


@dataclass(frozen=True, slots=True)
class ReadNote:
    """Something that passes, with the text that it is about."""

    kind: NoteKind
    subject: str
    place: Place


@dataclass
class Configuration:
    """A configuration as httpd would have it after reading, before any directive is executed.

    ``whole`` is false for a fragment, such as one virtual-host file: then nothing may be concluded
    from what is not in it. ``installed`` is true for the configuration of this machine's httpd.
    ``includes`` are the wildcards of the main server's Includes, and how many of ``load_modules``
    came before each.
    """

    main_file: str
    server_root: str
    whole: bool
    installed: bool
    version: Callable[[], tuple[int, int, int]]
    paths: Paths
    directives: list[Directive] = field(default_factory=list)
    errors: list[ReadError] = field(default_factory=list)
    notes: list[ReadNote] = field(default_factory=list)
    files: dict[str, SourceFile] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    load_modules: dict[str, Place] = field(default_factory=dict)
    includes: dict[str, int] = field(default_factory=dict)

    def absolute(self, path: str) -> str:
        """A path of the configuration, from the server root on (ap_server_root_relative)."""
        return server_root_relative(self.server_root, path)

    def here(self, path: str) -> str:
        """The path here of what the configuration calls ``path``."""
        return self.paths.real(self.absolute(path))

    def has_module(self, name: str) -> bool:
        """Whether a module, by the name that LoadModule uses, is there once all is read."""
        return name in self.modules

    def named(self, *names: str) -> Iterator[Directive]:
        """Directives in effect with one of these names, in any case of letters."""
        keys = {lower(name) for name in names}
        return (directive for directive in self.directives if directive.key in keys)


def server_root_relative(server_root: str, path: str) -> str:
    """``path`` without dots and doubled slashes, from ``server_root`` on where it is relative.

    A slash at its end is kept: nothing but a folder can have that name.
    """
    joined = posixpath.join(server_root, path)
    if "//" in joined or "/." in joined:
        slash = "/" if joined.endswith(("/", "/.", "/..")) else ""
        joined = posixpath.normpath(joined).rstrip("/") + slash
        joined = joined[1:] if joined.startswith("//") else joined or "/"
    return joined
