"""Removes what container runtimes add to a line of httpd's log.

This is a prefix of docker compose (``apache-1  | ``) or Kubernetes (``[pod/web-1/apache] ``), a
time of ``docker logs -t`` or of the CRI, or the JSON object of docker's json-file driver.
"""

from __future__ import annotations

import re

_COLOUR = rb"(?:\x1b\[[\d;]{0,10}m)?"
_TIME = rb"\d{4}-\d\d-\d\dT[\d:.,]{8,20}(?:Z|[+-]\d\d:\d\d)"
_PREFIX = re.compile(
    rb"\s{0,9}" + _COLOUR + rb"(?:"
    rb"[\w./-]{1,100} {0,100}\|"
    rb"|\[pod/[\w./-]{1,200}\]"
    rb"|" + _TIME + rb"(?: std(?:out|err) [FP])?"
    rb") ?" + _COLOUR + rb"(?=[\[{])"
)
_DOCKER = re.compile(rb'\s{0,9}\{ ?"log" ?: ?"')
_DOCKER_REST = re.compile(rb'", ?"stream" ?: ?"std(?:out|err)"')
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|u00([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_JSON_TEXT = re.compile(rb'(?:[^"\\]|\\.)*+', re.DOTALL)


def unwrapped(line: bytes, place: int) -> tuple[bytes, int]:
    """The line as httpd wrote it, and the position in it of the byte at ``place``."""
    prefix = _PREFIX.match(line, 0, place)
    start = prefix.end() if prefix else 0
    docker = _DOCKER.match(line, start, place)
    if docker is None:
        return line[start:], place - start
    before, text = line[docker.end() : place], json_text(line[place:])
    if not _DOCKER_REST.match(line, place + len(text)):
        return line[start:], place - start
    before = unescaped(before)
    return before + unescaped(text).rstrip(b"\r\n"), len(before)


def is_json(before: bytes) -> bool:
    """Whether the line that starts with ``before`` is a JSON object."""
    prefix = _PREFIX.match(before)
    return before[prefix.end() if prefix else 0 :].lstrip().startswith(b"{")


def json_text(text: bytes) -> bytes:
    """The rest of a JSON string that starts before ``text``."""
    found = _JSON_TEXT.match(text)
    return found[0] if found else text


def unescaped(text: bytes) -> bytes:
    """Decode the escapes of httpd (ap_escape_errorlog_item) or of JSON."""
    return _ESCAPE.sub(_character, text)


def _character(found: re.Match[bytes]) -> bytes:
    code = found[1] or found[2]
    if code:
        return bytes([int(code, 16)])
    return _CONTROLS.get(found[3], found[3])
