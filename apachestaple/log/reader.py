"""Finds the lines with stapling messages in a block of a log, in any format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apachestaple.log.line import read_line, read_unnumbered, time_part
from apachestaple.log.messages import BY_PHRASE, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.log.line import Line
    from apachestaple.log.message import Message

# httpd cuts its lines at 8192 bytes (MAX_STRING_LEN).
LONGEST = 8192

# Size of the cache for repeated lines, which is limited for logs without repetitions.
_MOST_KNOWN = 10_000
_LONGEST_KNOWN = 1000
# httpd's format without ErrorLogFormat (do_errorlog_default).
_USUAL = re.compile(
    rb"\[([^\]\n]{1,100})\] \[(\w*:\w+)\] \[pid (\d{1,20}(?::tid \d{1,20})?)\] "
    rb"(?:\w+\.c\(\d+\): )?(\((?:\d+|EAI \d+)\)[^:\[\n]*: )?(?:\[(?:client|remote) [^\]\n]*\] )?"
    rb"(" + NUMBERS.pattern + rb")([^\n]{0,%d})" % LONGEST
)


class LineReader:
    """Parses lines; lines that differ only in time and client are parsed once."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, ...], Line | None] = {}

    def read(self, block: bytes) -> Iterator[tuple[Line, bytes, int]]:
        """The lines of a block with stapling messages, in order.

        Each comes with the part that contains the time, and the number of repetitions in a row.
        """
        rest = 0
        for begin, end, message in _unnumbered(block):
            text = block[begin:end]
            line = read_unnumbered(text, message) if begin >= rest else None
            if line is not None:
                yield from self._numbered(block[rest:begin])
                yield line, time_part(text, text.find(message.head)), 1
                rest = end
        yield from self._numbered(block[rest:])

    def _numbered(self, block: bytes) -> Iterator[tuple[Line, bytes, int]]:
        usual_line, known, begin = _USUAL.match, self._known, 0
        last: Line | None = None
        last_time = b""
        while True:
            # Lines are often consecutive; then no search is needed.
            usual = usual_line(block, begin)
            if usual is None:
                found = NUMBERS.search(block, begin)
                if found is None:
                    return
                begin, end = _bounds(block, found.start(), begin)
                if not _begins_line(block, begin):
                    begin = end
                    continue
                usual = usual_line(block, begin)
                if usual is None:
                    text, place = block[begin:end], found.start() - begin
                    count, end = _run(block, begin, end)
                    line = read_line(text, place)
                    if line is not None:
                        yield line, time_part(text, place), count
                    begin = end
                    continue
            time, key = usual[1], usual.group(2, 3, 4, 5, 6)
            try:
                line = known[key]
            except KeyError:
                line = self._read_new(key, usual)
            count, end = 1, usual.end()
            if line is not None:
                if line is last and time == last_time:
                    count, end = _run(block, usual.start(), end)
                last, last_time = line, time
                yield line, time, count
            begin = end + 1

    def _read_new(self, key: tuple[bytes, ...], usual: re.Match[bytes]) -> Line | None:
        line = read_line(usual[0], usual.start(5) - usual.start())
        if len(key[-1]) <= _LONGEST_KNOWN:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key] = line
        return line


def _unnumbered(block: bytes) -> list[tuple[int, int, Message]]:
    """Start and end of lines that may have a message without number, in order."""
    found = []
    for phrase, message in BY_PHRASE.items():
        end = 0
        while (place := block.find(phrase, end)) >= 0:
            begin, end = _bounds(block, place, end)
            if _begins_line(block, begin):
                found.append((begin, end, message))
    return sorted(found, key=lambda line: line[:2])


def _run(block: bytes, begin: int, end: int) -> tuple[int, int]:
    """The number of repetitions of a line in a row, and the end of the last one."""
    text = block[begin : end + 1]
    count, after = 1, end + 1
    while block.startswith(text, after):
        # Compare runs of doubling length, which C does fast, and shorter ones at the end.
        many = text
        while block.startswith(many, after):
            after += len(many)
            count += len(many) // len(text)
            many += many
    return count, after - 1


def _bounds(block: bytes, place: int, after: int) -> tuple[int, int]:
    """Start and end of the line that contains ``place``, at most `LONGEST` away.

    It does not start before ``after``, where the search started, so that no byte is read twice.
    """
    first = max(place - LONGEST, after)
    begin = block.rfind(b"\n", first, place) + 1 or first
    end = block.find(b"\n", place, place + LONGEST)
    return begin, min(place + LONGEST, len(block)) if end < 0 else end


def _begins_line(block: bytes, begin: int) -> bool:
    """Whether a line starts at ``begin``. A number more than `LONGEST` from it is not httpd's."""
    return begin == 0 or block[begin - 1] == ord("\n") or block[begin] == ord("\n")
