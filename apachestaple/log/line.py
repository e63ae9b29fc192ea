"""One line of a log, in any ErrorLogFormat, of httpd itself, of syslog or of the journal."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.log.messages import BY_NUMBER, NUMBERS
from apachestaple.log.mod_md_messages import UNNUMBERED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apachestaple.log.message import Message

# httpd cuts its lines at 8192 bytes (MAX_STRING_LEN).
LONGEST = 8192

_NUMBER = len(b"AH01941")
# Lines that come again are not read again; a log in which none does must not fill the memory.
_MOST_KNOWN = 10_000
# What httpd writes where there is no ErrorLogFormat (do_errorlog_default).
_USUAL = re.compile(
    rb"\[([^\]\n]+)\] \[\w*:\w+\] \[pid (\d+(?::tid \d+)?)\] (?:\w+\.c\(\d+\): )?"
    rb"(\((?:\d+|EAI \d+)\)[^:\[\n]*: )?(?:\[(?:client|remote) [^\]\n]*\] )?"
    rb"(" + NUMBERS.pattern + rb")([^\n]{0,%d})" % LONGEST
)
_OTHER_NUMBER = re.compile(rb"AH\d{5}: ")
_JSON_TEXT = re.compile(rb'(?:[^"\\]|\\.)*')
_THREADS = tuple(
    re.compile(form)
    for form in (
        rb"\[pid (\d+(?::tid \d+)?)\]",
        rb"\b(?:apache2|httpd)\[(\d+)\]",
    )
)
_JSON_THREAD = re.compile(
    rb'"\w*(?:pid|tid|process_?id|thread_?id|_PID)" ?: ?"?(\d+)', re.IGNORECASE
)
_HOST = re.compile(
    rb'"(?:v(?:irtual)?_?host|server_?name)" ?: ?"([^"]+)"|\[vhost ([^\]]+)\]',
    re.IGNORECASE,
)
# Not the line in httpd's source, as in ssl_util_ocsp.c(120).
_STATUS = re.compile(rb"(?<!\w)\((\d+|EAI \d+)\)([^:\[\"]*)")
_CERTIFICATE = re.compile(
    r" \[subject: (?P<subject>.*) / issuer: (?P<issuer>.*) / serial: (?P<serial>[0-9A-F]+)",
    re.DOTALL,
)
_TRAILERS = re.compile(r" \[(?:subject|certificate): |, referer: ")
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|u00([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line with a message about stapling.

    Attributes:
        message: which one.
        thread: process and thread that wrote it; what stands for them where they are not logged.
        values: what httpd has put into the message, by name; of a message about a certificate also
            ``subject``, ``issuer`` and ``serial``, and of one about a failed call ``status`` and
            ``reason``.
        host: the host, where the format of the log has it.
        is_named: whether it tells something about host or certificate.

    """

    message: Message
    thread: bytes
    values: Mapping[str, str] = field(default_factory=dict)
    host: str | None = None
    is_named: bool = False


class LineReader:
    """Reads lines, and what is alike but for its time and its client only once."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, ...], Line | None] = {}

    def read(self, block: bytes) -> Iterator[tuple[Line, bytes, int]]:
        """The lines of a block that have a number.

        With each comes what its time is read from, and how often it stands there in a row.
        """
        usual_line, known, begin = _USUAL.match, self._known, 0
        last: Line | None = None
        last_time = b""
        while True:
            # Often one follows another, and need not be searched for.
            usual = usual_line(block, begin)
            if usual is None:
                found = NUMBERS.search(block, begin)
                if found is None:
                    return
                begin, end = bounds(block, found.start())
                usual = usual_line(block, begin)
                if usual is None:
                    text, place = block[begin:end], found.start() - begin
                    count, end = _run(block, begin, end)
                    line = read_line(text, place)
                    if line is not None:
                        yield line, time_part(text, place), count
                    begin = end
                    continue
            time, key = usual[1], usual.group(2, 3, 4, 5)
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
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        begin = usual.start()
        line = read_line(usual[0], usual.start(4) - begin)
        self._known[key] = line
        return line


def _run(block: bytes, begin: int, end: int) -> tuple[int, int]:
    """How often a line stands there in a row, and the end of the last."""
    text = block[begin : end + 1]
    count, after = 1, end + 1
    while block.startswith(text, after):
        # Compare longer and longer runs of it, as C does it, and shorter ones at the end.
        many = text
        while block.startswith(many, after):
            after += len(many)
            count += len(many) // len(text)
            many += many
    return count, after - 1


def bounds(block: bytes, place: int) -> tuple[int, int]:
    """Where the line begins and ends that ``place`` lies in, at most `LONGEST` away."""
    first = max(place - LONGEST, 0)
    begin = block.rfind(b"\n", first, place) + 1 or first
    end = block.find(b"\n", place, place + LONGEST)
    return begin, min(place + LONGEST, len(block)) if end < 0 else end


def read_line(line: bytes, place: int) -> Line | None:
    """The line whose number stands at ``place``, or ``None`` where it only quotes it.

    What clients send gets into the messages of other modules, behind their own numbers.
    """
    after = place + _NUMBER
    message = BY_NUMBER[line[place:after]]
    head = message.head
    # The end of a log may be cut off.
    if not line.startswith(head, after) and not head.startswith(line[after:]):
        return None
    if _OTHER_NUMBER.search(line, 0, place):
        return None
    return _line(message, line[:place], line[after + len(b": ") :])


def time_part(line: bytes, place: int) -> bytes:
    """The part of the line that its time is read from: all but the message at ``place``."""
    before = line[:place]
    if before.lstrip().startswith(b"{"):
        text = line[place:]
        return before + text[_end_of_json_text(text) :]
    return before


def read_unnumbered(line: bytes) -> Line | None:
    """The line of mod_md, which gives these no numbers, or ``None`` where it is none."""
    if b"md[" not in line and b"md:" not in line:
        return None
    shown = line.decode(errors="surrogateescape")
    for message in UNNUMBERED:
        found = message.pattern.search(shown)
        if found:
            before = shown[: found.start()].encode(errors="surrogateescape")
            return _line(message, before, found[0].encode(errors="surrogateescape"))
    return None


def _line(message: Message, before: bytes, text: bytes) -> Line:
    around = before
    is_json = before.lstrip().startswith(b"{")
    if is_json:
        end = _end_of_json_text(text)
        around, text = before + text[end:], text[:end]
    shown = _ESCAPE.sub(_unescaped, text).decode(errors="surrogateescape").rstrip("\r")
    values = _values(message, shown)
    status = _STATUS.search(around)
    if status:
        values["status"] = status[1].decode()
        values["reason"] = status[2].decode(errors="surrogateescape").strip()
    host = _HOST.search(around)
    named = (host[1] or host[2]).decode(errors="surrogateescape") if host else None
    is_named = named is not None or not {"host", "index"}.isdisjoint(values)
    return Line(message, _thread(around, is_json=is_json), values, named, is_named)


def _values(message: Message, shown: str) -> dict[str, str]:
    trailer = _TRAILERS.search(shown)
    values = message.values(shown[: trailer.start()] if trailer else shown)
    certificate = _CERTIFICATE.search(shown)
    return {**values, **certificate.groupdict()} if certificate else values


def _end_of_json_text(text: bytes) -> int:
    found = _JSON_TEXT.match(text)
    return found.end() if found else len(text)


def _thread(around: bytes, *, is_json: bool) -> bytes:
    if is_json:
        return b":".join(_JSON_THREAD.findall(around))
    return next((found[1] for form in _THREADS if (found := form.search(around))), b"")


def _unescaped(found: re.Match[bytes]) -> bytes:
    """Undoes what httpd (ap_escape_errorlog_item) or a writer of JSON has escaped."""
    code = found[1] or found[2]
    if code:
        return bytes([int(code, 16)])
    return _CONTROLS.get(found[3], found[3])
