"""Parses the parts of a line around its message, in any ErrorLogFormat, of syslog or the journal.

Each expression takes linear time, because repeated parts cannot start inside of themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LEVEL = rb"(?:emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])"
_MODULE = re.compile(rb"\[([\w-]{0,40}):" + _LEVEL + rb"\]")
_JSON_MODULE = re.compile(rb'"\w{0,20}module\w{0,20}" ?: ?"([\w-]{0,40})"', re.IGNORECASE)
_THREADS = tuple(
    re.compile(form)
    for form in (
        rb"\[pid (\d{1,20}(?::tid \d{1,20})?)\]",
        rb"\b(?:apache2|httpd)\[(\d{1,20})\]",
    )
)
_JSON_THREAD = re.compile(
    rb'"\w{0,20}(?:pid|tid|process_?id|thread_?id|_PID)" ?: ?"?(\d{1,20})', re.IGNORECASE
)
_HOST = re.compile(
    rb'"(?:v(?:irtual)?_?host|server_?name)" ?: ?"([^"]{1,300})"|\[vhost ([^\[\]]{1,300})\]',
    re.IGNORECASE,
)
# It does not match the line in httpd's source, as in ssl_util_ocsp.c(120).
_STATUS = re.compile(rb"(?<!\w)\((\d{1,20}|EAI \d{1,20})\)([^:\[\"]{0,300})")


@dataclass(frozen=True, slots=True)
class Prefix:
    """The fields of a line before its message, and in JSON after it.

    Attributes:
        module: the module that logged it, such as ``ssl``; ``None`` if the log has no modules.
        thread: process and thread.
        host: the host.
        status: number of a failed system call, ``111`` or ``EAI 2``.
        reason: its text.

    """

    module: bytes | None
    thread: bytes
    host: str | None
    status: str | None
    reason: str


def read_prefix(before: bytes, after: bytes) -> Prefix:
    """The fields before the message and, if the line is JSON, after it."""
    is_json = before.lstrip().startswith(b"{")
    around = before + after if is_json else before
    host, status = _HOST.search(around), _STATUS.search(around)
    return Prefix(
        module_of(before, around),
        _thread(around, is_json=is_json),
        _text(host[1] or host[2]) if host else None,
        status[1].decode() if status else None,
        _text(status[2]).strip() if status else "",
    )


def module_of(before: bytes, around: bytes) -> bytes | None:
    """The module that logged the line, or ``None`` if the line does not show it.

    The first one is httpd's; text of clients and scripts comes after it.
    """
    found = _JSON_MODULE.search(around) or _MODULE.search(before)
    return found[1] if found else None


def _thread(around: bytes, *, is_json: bool) -> bytes:
    if is_json:
        return b":".join(_JSON_THREAD.findall(around)[:4])
    return next((found[1] for form in _THREADS if (found := form.search(around))), b"")


def _text(written: bytes) -> str:
    return written.decode(errors="surrogateescape")
