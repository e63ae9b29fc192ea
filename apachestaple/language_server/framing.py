"""Reads the messages of the client, within limits, whatever it sends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

# Bytes. A configuration of 10,000 hosts in one file has 4 MB.
LARGEST_MESSAGE = 64 * 1024 * 1024
_LONGEST_HEADER = 4096
_PIECE = 1024 * 1024
_LENGTH = re.compile(rb"Content-Length:[ \t]*([0-9]{1,18})[ \t]*\r?\n?$", re.IGNORECASE)


class Messages:
    """A stream with the methods that pygls needs.

    Other headers and bytes between messages are skipped, and messages that are too large.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        # Header lines of the next message that were not returned yet.
        self._headers: list[bytes] = []

    def readline(self) -> bytes:
        """The next header line of pygls's form; ``b""`` at the end."""
        if not self._headers:
            length = self._next_length()
            if length is None:
                return b""
            self._headers = [b"\r\n", b"Content-Length: %d\r\n" % length]
        return self._headers.pop()

    def read(self, length: int) -> bytes:
        """The content of a message; shorter at the end."""
        return self._stream.read(length)

    def _next_length(self) -> int | None:
        """The length of the next message, whose headers were read; ``None`` at the end."""
        length = 0
        while line := self._stream.readline(_LONGEST_HEADER):
            found = _LENGTH.search(line)
            if found is not None:
                length = int(found[1])
            elif line.strip():
                continue
            elif length > LARGEST_MESSAGE:
                self._skip(length)
                length = 0
            elif length:
                return length
        return None

    def _skip(self, length: int) -> None:
        while length > 0 and (piece := self._stream.read(min(length, _PIECE))):
            length -= len(piece)
