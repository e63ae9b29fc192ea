"""A problem as a thread logged it, and the messages that follow from others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.log.message import Kind
from apachestaple.log.messages import CACHES, MESSAGES
from apachestaple.log.outcome import Outcome
from apachestaple.log.responder_messages import RESPONDER

if TYPE_CHECKING:
    from apachestaple.log.line import Line

OF_RESPONDER = frozenset(m.log_id for m in RESPONDER if m.kind is not Kind.INFORMATION)
OF_CACHE = frozenset(m.log_id for m in CACHES if m.kind is Kind.PROBLEM)
NOT_PREPARED = frozenset({"AH02217", "AH02218", "AH02814", "AH02815", "AH02215"})
_NOT_STARTED = frozenset(
    m.log_id for m in MESSAGES if m.diagnosis.outcome is Outcome.DOES_NOT_START
)
_BAD_ANSWER = frozenset({"AH01934", "AH01935", "AH01936", "AH02969"})

# For each message, the messages that it can follow from (functions in ssl_util_stapling.c and
# ssl_util_ocsp.c, each with its caller; mod_md.c).
FOLLOWS_FROM = {
    "AH02572": frozenset({"AH10238"}),
    "AH10042": frozenset({"AH10238"}),
    "AH02604": NOT_PREPARED,
    "AH02235": NOT_PREPARED,
    "AH02567": NOT_PREPARED,
    "AH01872": OF_CACHE,
    "AH02312": OF_CACHE | _NOT_STARTED,
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
        line: the line with the message.
        when: the part of the line that contains the time.
        followed_by: numbers of the messages that followed from it.
        host: the affected host, if the log has it.
        certificate: path of its certificate, if the log has it.
        library_error: the reason of OpenSSL in the next line.
        lacks_pass_phrase: whether httpd could not read a pass phrase just before (AH02578).
        served_before: whether a cached response was found valid just before (AH01953).
        is_stored: whether a response was being stored for stapling.
        at_reload: whether httpd was reloading.
        count: number of times that it was logged in a row.

    """

    line: Line
    when: bytes
    followed_by: tuple[str, ...] = ()
    host: str | None = None
    certificate: str | None = None
    library_error: str | None = None
    lacks_pass_phrase: bool = False
    served_before: bool = False
    is_stored: bool = False
    at_reload: bool = False
    count: int = 1
