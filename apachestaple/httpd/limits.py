"""How much is read: a hostile configuration of a few lines may name or make any amount of text.

Each limit is several times what a server of 10,000 virtual hosts has; all together keep the memory
below 500 MB.
"""

from __future__ import annotations

# Files that are opened and macros that are used; one that is read twice counts twice.
MOST_SOURCES = 100_000
# Names in the folders that Includes go through.
MOST_NAMES = 1_000_000
# Folders that are reached through a link within a folder that is reached through a link.
MOST_LINKED_FOLDERS = 1_000
# Bytes of one file, and of all files together.
MOST_BYTES = 64 * 1024 * 1024
# Characters that variables and macros make.
MOST_EXPANDED = 64 * 1024 * 1024
MOST_LINES = 2_000_000
MOST_DIRECTIVES = 600_000
# Sections within each other.
MOST_NESTED = 1_000


class LimitReachedError(Exception):
    """The rest of the configuration is not read; the text says which limit was reached."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"more than {limit}: the rest of the configuration was not read")


class Spent:
    """What was read so far."""

    def __init__(self) -> None:
        self._sources = self._names = self._characters = self._expanded = self._lines = 0

    def source(self, lines: int) -> None:
        """A file or a macro is going to be read, of so many lines."""
        self._sources += 1
        if self._sources > MOST_SOURCES:
            raise LimitReachedError(f"{MOST_SOURCES:,} files and uses of macros")
        self._lines += lines
        if self._lines > MOST_LINES:
            raise LimitReachedError(f"{MOST_LINES:,} lines")

    def text(self, text: str) -> None:
        """A text is going to be taken apart into lines."""
        self._characters += len(text)
        if self._characters > MOST_BYTES:
            raise LimitReachedError(f"{MOST_BYTES >> 20} MB of text")
        if self._lines + text.count("\n") > MOST_LINES:
            raise LimitReachedError(f"{MOST_LINES:,} lines")

    def linked_folder(self) -> None:
        """A link in a linked folder is followed to a folder.

        Two such links in each of thirty folders make a thousand million paths, all of them short of
        a loop.
        """
        self.names(MOST_NAMES // MOST_LINKED_FOLDERS)

    def names(self, count: int) -> None:
        """So many names were found in a folder."""
        self._names += count
        if self._names > MOST_NAMES:
            raise LimitReachedError(f"{MOST_NAMES:,} names in included folders")

    def expanded(self, characters: int) -> None:
        """Variables or macros have made so many characters."""
        self._expanded += characters
        if self._expanded > MOST_EXPANDED:
            raise LimitReachedError(f"{MOST_EXPANDED >> 20} MB of text from variables and macros")

    @property
    def left_to_expand(self) -> int:
        """Characters that variables and macros may still make."""
        return MOST_EXPANDED - self._expanded
