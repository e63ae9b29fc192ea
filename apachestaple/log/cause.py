"""A problem as a thread logged it, and which lines follow from which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.log.message import Kind
from apachestaple.log.messages import CACHES
from apachestaple.log.responder_messages import RESPONDER

if TYPE_CHECKING:
    from apachestaple.log.line import Line

OF_RESPONDER = frozenset(m.log_id for m in RESPONDER if m.kind is not Kind.INFORMATION)
OF_CACHE = frozenset(m.log_id for m in CACHES if m.kind is Kind.PROBLEM)
NOT_PREPARED = frozenset({"AH02217", "AH02218", "AH02814", "AH02815"})
_BAD_ANSWER = frozenset({"AH01934", "AH01935", "AH01936", "AH02969"})

# From a line to those that it follows from (the functions in ssl_util_stapling.c and
# ssl_util_ocsp.c, each beside its caller).
FOLLOWS_FROM = {
    "AH02604": NOT_PREPARED,
    "AH01872": OF_CACHE,
    "AH01980": OF_RESPONDER,
    "AH01983": OF_RESPONDER,
    "AH01941": OF_RESPONDER,
    "AH01943": _BAD_ANSWER,
    "AH01929": OF_CACHE,
    "AH01945": OF_CACHE | {"AH01927", "AH01928", "AH01929"},
    "AH01955": OF_RESPONDER | {"AH01939", "AH01940", "AH01941", "AH02621"},
}


@dataclass(slots=True)
class Cause:
    """A problem as a thread logged it.

    Attributes:
        line: what went wrong.
        when: the part of the line that its time is read from.
        followed_by: numbers of the lines that followed from it.
        host: the host that it is about, where the log tells.
        certificate: path of its certificate, where the log tells.
        library_error: the reason that OpenSSL named in the next line.
        served_before: whether a cached response had been found good just before (AH01953).
        is_stored: whether a response was being stored for stapling.
        count: how often it was logged in a row.

    """

    line: Line
    when: bytes
    followed_by: tuple[str, ...] = ()
    host: str | None = None
    certificate: str | None = None
    library_error: str | None = None
    served_before: bool = False
    is_stored: bool = False
    count: int = 1
