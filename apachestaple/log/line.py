"""One line of a log that has a message about stapling."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.log.messages import BY_NUMBER
from apachestaple.log.prefix import read_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apachestaple.log.message import Message

_NUMBER = len(b"AH01941: ")
_OTHER_NUMBER = re.compile(rb"AH\d{5}: ")
_JSON_TEXT = re.compile(rb'(?:[^"\\]|\\.)*+', re.DOTALL)
# What httpd puts behind a message: the certificate that it is about, the page that a client saw.
_TRAILERS = re.compile(r" \[(?:subject|certificate): |, referer: ")
_SERIAL = re.compile(r"[0-9A-F]{1,100}")
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|u00([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
# Where in a line its time is looked for, in bytes from its ends.
_NEAR = 1000
_LONGEST_NAME = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line with a message about stapling.

    Attributes:
        message: which one.
        thread: process and thread that wrote it; what stands for them where they are not logged.
        facts: what httpd has put into the message, by name; of a message about a certificate also
            ``subject``, ``issuer`` and ``serial``, and of one about a failed call ``status`` and
            ``reason``.
        host: the host, where the format of the log has it.
        is_named: whether it tells something about host or certificate.

    """

    message: Message
    thread: bytes
    facts: Mapping[str, str] = field(default_factory=dict)
    host: str | None = None
    is_named: bool = False


def read_line(line: bytes, place: int) -> Line | None:
    """The line whose number stands at ``place``, or ``None`` where it only quotes it.

    A message counts only if its number is the first one of the line, if httpd's own words follow,
    and if it is logged by its own module: what clients and scripts send comes behind the number,
    or in the lines of another module.
    """
    message = BY_NUMBER[line[place : place + _NUMBER - len(b": ")]]
    head, text = b": " + message.head, line[place + _NUMBER - len(b": ") :]
    # The end of a log may be cut off.
    if not text.startswith(head) and not head.startswith(text):
        return None
    if _OTHER_NUMBER.search(line, 0, place):
        return None
    return _line(message, line[:place], text[len(b": ") :])


def read_unnumbered(line: bytes, message: Message) -> Line | None:
    """The line, if it is one with ``message``, which has no number; else ``None``."""
    begin = line.find(message.head)
    if begin < 0 or _OTHER_NUMBER.search(line, 0, begin):
        return None
    return _line(message, line[:begin], line[begin:])


def time_part(line: bytes, place: int) -> bytes:
    """The part of the line that its time is read from: around the message at ``place``."""
    before = line[:place]
    if not before.lstrip().startswith(b"{"):
        return before[:_NEAR]
    text = line[place:]
    return before[:_NEAR] + text[_end_of_json_text(text) :][-_NEAR:]


def _line(message: Message, before: bytes, text: bytes) -> Line | None:
    after = b""
    if before.lstrip().startswith(b"{"):
        end = _end_of_json_text(text)
        text, after = text[:end], text[end:]
    prefix = read_prefix(before, after)
    if prefix.module is not None and prefix.module != message.module.encode():
        return None
    shown = _ESCAPE.sub(_unescaped, text).decode(errors="surrogateescape").rstrip("\r")
    trailer = _TRAILERS.search(shown)
    facts = message.values(shown[: trailer.start()] if trailer else shown)
    if facts is None:
        if message.log_id is None:
            return None
        facts = {}
    if trailer:
        facts |= _certificate(shown[trailer.start() :])
    if prefix.status:
        facts |= {"status": prefix.status, "reason": prefix.reason}
    is_named = prefix.host is not None or not {"host", "index"}.isdisjoint(facts)
    return Line(message, prefix.thread, facts, prefix.host, is_named)


def _certificate(trailer: str) -> dict[str, str]:
    """Subject, issuer and serial number, as httpd writes them (ssl_log_cert_error)."""
    begin, subject_is, names = trailer.partition(" [subject: ")
    names, serial_is, rest = names.rpartition(" / serial: ")
    subject, issuer_is, issuer = names.rpartition(" / issuer: ")
    serial = _SERIAL.match(rest)
    if not (subject_is and issuer_is and serial_is and serial) or begin:
        return {}
    return {
        "subject": subject[:_LONGEST_NAME],
        "issuer": issuer[:_LONGEST_NAME],
        "serial": serial[0],
    }


def _end_of_json_text(text: bytes) -> int:
    found = _JSON_TEXT.match(text)
    return found.end() if found else len(text)


def _unescaped(found: re.Match[bytes]) -> bytes:
    """Undoes what httpd (ap_escape_errorlog_item) or a writer of JSON has escaped."""
    code = found[1] or found[2]
    if code:
        return bytes([int(code, 16)])
    return _CONTROLS.get(found[3], found[3])
