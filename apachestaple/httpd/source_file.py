"""The files of a configuration, with their lines."""

from __future__ import annotations

import os
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

from apachestaple.httpd.commands import is_directive
from apachestaple.httpd.syntax import LogicalLines, buffer_sizes, logical_lines, untrimmed_lines

if TYPE_CHECKING:
    from collections.abc import Callable


# Physical lines that are found without splitting the whole text.
_FIRST = 200


class SourceFile:
    """A file that was read: its path as httpd names it, and its text.

    ``real`` is its real path, if that is known or not on the disk yet; else ``find_real`` finds it.
    ``shown`` is the text of a template, which has the same lines.
    """

    __slots__ = (
        *("_are_physical", "_find_real", "_is_configuration", "_is_filled", "_lines", "_physical"),
        *("_beginning", "_real_path", "_section_lines", "_shown", "path", "text"),
    )

    def __init__(
        self,
        path: str,
        text: str,
        real: str | None = None,
        find_real: Callable[[str], str] = os.path.realpath,
        *,
        shown: str | None = None,
    ) -> None:
        self.path = path
        self.text = text
        self._find_real = find_real
        self._shown = shown
        self._real_path = real
        self._lines: LogicalLines | None = None
        self._are_physical = False
        self._physical: list[str] | None = None
        self._beginning: list[str] | None = None
        self._is_configuration: bool | None = None
        self._section_lines: list[int] | None = None
        self._is_filled: list[bool] | None = None

    @property
    def shown(self) -> str:
        """The text in the file: of a template, with the tags and all branches."""
        return self.text if self._shown is None else self._shown

    @property
    def lines(self) -> LogicalLines:
        """The logical lines."""
        if self._lines is None:
            self._lines = logical_lines(self.text)
            self._are_physical = self._lines.are_physical
        return self._lines

    def first_line(self, index: int) -> int:
        """The number of the first physical line of a logical line."""
        return index + 1 if self._are_physical else self.lines.first_line(index)

    def last_line(self, index: int) -> int:
        """The number of its last physical line."""
        return index + 1 if self._are_physical else self.lines.last_line(index)

    def release(self) -> None:
        """Free the memory of the lines; they are split again when they are needed."""
        self._lines = self._physical = self._section_lines = self._is_filled = None
        self._beginning = None

    @property
    def real_path(self) -> str:
        """The path with links followed."""
        if self._real_path is None:
            real = self._find_real(self.path)
            # One text for both needs half of the memory.
            self._real_path = self.path if real == self.path else real
        return self._real_path

    @property
    def is_configuration(self) -> bool:
        """Whether one of its lines is a directive that httpd knows.

        Any file may be included. If a file has no directive, as a password file, messages show none
        of its lines.
        """
        if self._is_configuration is None:
            released = self._are_physical and self._lines is None
            lines = self._first_lines() if released else []
            self._is_configuration = any(map(is_directive, lines)) or any(
                map(is_directive, self.lines.text)
            )
        return self._is_configuration

    def buffer_size(self, index: int) -> int:
        """The bytes of a logical line in httpd's buffer, at most."""
        sizes = buffer_sizes(self.text)
        return sizes[index] if index < len(sizes) else 1

    def cut_off_line(self) -> str:
        """The last logical line without its last physical one."""
        lines = untrimmed_lines(self.text.rpartition("\n")[0] + "\n")
        whole = untrimmed_lines(self.text)
        return lines[-1] if lines and len(lines) == len(whole) else ""

    def physical_line(self, number: int) -> str:
        """Physical line ``number`` (from 1) without line ending; ``""`` if it does not exist."""
        if self._lines is None and self._shown is None and number <= _FIRST:
            lines = self._first_lines()
            return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""
        if self._physical is None:
            if self._shown is not None:
                self._physical = _lines_of_template(self._shown)
            else:
                is_plain = self.lines.are_physical
                self._physical = self.lines.text if is_plain else self.text.split("\n")
        lines = self._physical
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""

    def _first_lines(self) -> list[str]:
        """The first physical lines; a file of 10,000 hosts is seldom shown behind them."""
        if self._beginning is None:
            self._beginning = self.text.split("\n", _FIRST)[:_FIRST]
        return self._beginning

    def has_line(self, number: int) -> bool:
        """Whether something is read from a physical line, which may be blank in a template."""
        if self._is_filled is None:
            self._is_filled = [bool(line.strip()) for line in self.text.split("\n")]
        return 0 < number <= len(self._is_filled) and self._is_filled[number - 1]

    def has_section_between(self, first: int, last: int) -> bool:
        """Whether a section begins or ends on one of the physical lines ``first`` to ``last``."""
        if self._section_lines is None:
            lines = enumerate(self.text.split("\n"), 1)
            self._section_lines = [n for n, line in lines if line.lstrip().startswith("<")]
        found = bisect_left(self._section_lines, first)
        return found < len(self._section_lines) and self._section_lines[found] <= last

    def physical_lines(self, first: int, last: int) -> list[str]:
        """Physical lines ``first`` to ``last``, without line endings."""
        return [self.physical_line(number) for number in range(first, last + 1)]


@lru_cache(maxsize=2)
def _lines_of_template(text: str) -> list[str]:
    """The lines that all configurations of a template show."""
    return text.split("\n")
