"""Parses one line of a log that has a stapling message."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.log.messages import BY_NUMBER
from apachestaple.log.prefix import read_prefix
from apachestaple.log.wrapping import is_json, json_text, unescaped, unwrapped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apachestaple.log.message import Message

_NUMBER = len(b"AH01941: ")
_OTHER_NUMBER = re.compile(rb"AH\d{5}: ")
# Text that httpd appends to a message: the certificate, the referer.
_TRAILERS = re.compile(r" \[(?:subject|certificate): |, referer: ")
_SERIAL = re.compile(r"[0-9A-F]{1,100}")
# The time of a line is searched within this number of bytes from its ends.
_NEAR = 1000
_LONGEST_NAME = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line with a stapling message.

    Attributes:
        message: the message.
        thread: process and thread that logged it, or a substitute if they are not logged.
        facts: values in the message, by name. Messages about a certificate also have ``subject``,
            ``issuer`` and ``serial``; those about a failed call have ``status`` and ``reason``.
        host: the host, if the format of the log has it.
        is_named: whether the line identifies a host or certificate.

    """

    message: Message
    thread: bytes
    facts: Mapping[str, str] = field(default_factory=dict)
    host: str | None = None
    is_named: bool = False


def read_line(line: bytes, place: int) -> Line | None:
    """The line whose number is at ``place``, or ``None`` if the line only quotes the message.

    A message counts only if its number is the first of the line, if httpd's own words follow, and
    if its own module logs it. Text of clients and scripts comes after the number, or in lines of
    another module.
    """
    line, place = unwrapped(line, place)
    message = BY_NUMBER.get(line[place : place + _NUMBER - len(b": ")])
    if message is None:
        return None
    text = line[place + _NUMBER - len(b": ") :]
    heads = [b": " + head for head in message.heads]
    # The last line of a log may be cut off.
    if not any(text.startswith(head) or head.startswith(text) for head in heads):
        return None
    if _OTHER_NUMBER.search(line, 0, place):
        return None
    return _line(message, line[:place], text[len(b": ") :])


def read_unnumbered(line: bytes, message: Message) -> Line | None:
    """The line, if it has ``message``, which has no number; else ``None``."""
    begin = line.find(message.head)
    if begin >= 0:
        line, begin = unwrapped(line, begin)
    if begin < 0 or _OTHER_NUMBER.search(line, 0, begin):
        return None
    return _line(message, line[:begin], line[begin:])


def time_part(line: bytes, place: int) -> bytes:
    """The part of the line that contains the time, around the message at ``place``."""
    before = line[:place]
    if not is_json(before):
        return before[:_NEAR]
    text = line[place:]
    return before[:_NEAR] + text[len(json_text(text)) :][-_NEAR:]


def _line(message: Message, before: bytes, text: bytes) -> Line | None:
    after = b""
    if before.lstrip().startswith(b"{"):
        end = len(json_text(text))
        text, after = text[:end], text[end:]
    prefix = read_prefix(before, after)
    if prefix.module is not None and prefix.module != message.module.encode():
        return None
    shown = unescaped(text).decode(errors="surrogateescape").rstrip("\r")
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
