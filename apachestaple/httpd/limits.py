"""Limits for reading: a hostile configuration can name or generate any amount of text.

Each limit is several times higher than what a server with 10,000 virtual hosts needs. Together they
keep memory below 500 MB.
"""

from __future__ import annotations

# Opened files and used macros, with repetitions.
MOST_SOURCES = 100_000
# Names in the folders of Includes.
MOST_NAMES = 1_000_000
# Folders reached through a link inside a folder that was reached through a link.
MOST_LINKED_FOLDERS = 1_000
# Bytes of one file, and of all files together.
MOST_BYTES = 64 * 1024 * 1024
# Characters from variables and macros.
MOST_EXPANDED = 64 * 1024 * 1024
MOST_LINES = 2_000_000
MOST_DIRECTIVES = 600_000
# Certificates of all hosts. Each virtual host inherits those of the main server.
MOST_CERTIFICATES = 200_000
# Nested sections.
MOST_NESTED = 1_000


class LimitReachedError(Exception):
    """Reading stops; the message names the limit."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"more than {limit}: the rest of the configuration was not read")


class Spent:
    """Counts of what was read so far."""

    def __init__(self) -> None:
        self._sources = self._names = self._characters = self._expanded = self._lines = 0

    def source(self, lines: int) -> None:
        """Count a file or macro with this number of lines."""
        self._sources += 1
        if self._sources > MOST_SOURCES:
            raise LimitReachedError(f"{MOST_SOURCES:,} files and uses of macros")
        self._lines += lines
        if self._lines > MOST_LINES:
            raise LimitReachedError(f"{MOST_LINES:,} lines")

    def text(self, text: str) -> None:
        """Count a text that is split into lines."""
        self._characters += len(text)
        if self._characters > MOST_BYTES:
            raise LimitReachedError(f"{MOST_BYTES >> 20} MB of text")
        # Most texts have fewer characters than there may be lines.
        if self._lines + len(text) > MOST_LINES < self._lines + text.count("\n"):
            raise LimitReachedError(f"{MOST_LINES:,} lines")

    def linked_folder(self) -> None:
        """Count a link to a folder inside a linked folder.

        Two such links in each of thirty folders make a thousand million paths without any loop.
        """
        self.names(MOST_NAMES // MOST_LINKED_FOLDERS)

    def names(self, count: int) -> None:
        """Count names in a folder."""
        self._names += count
        if self._names > MOST_NAMES:
            raise LimitReachedError(f"{MOST_NAMES:,} names in included folders")

    def expanded(self, characters: int) -> None:
        """Count characters from variables or macros."""
        self._expanded += characters
        if self._expanded > MOST_EXPANDED:
            raise LimitReachedError(f"{MOST_EXPANDED >> 20} MB of text from variables and macros")

    @property
    def left_to_expand(self) -> int:
        """The number of characters that variables and macros may still produce."""
        return MOST_EXPANDED - self._expanded
