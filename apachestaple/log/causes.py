"""Which lines of a thread belong together: what went wrong first, and what followed from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.log.message import Kind
from apachestaple.log.messages import CACHES
from apachestaple.log.responder_messages import RESPONDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from apachestaple.log.line import Line

_RESPONDER = frozenset(m.log_id for m in RESPONDER if m.kind is not Kind.ORDINARY)
_CACHES = frozenset(m.log_id for m in CACHES if m.kind is Kind.FAULT)
_UNPREPARED = frozenset({"AH02217", "AH02218", "AH02814", "AH02815"})
_BAD_ANSWER = frozenset({"AH01934", "AH01935", "AH01936", "AH02969"})

# From a line that follows to those that it follows from (the functions in ssl_util_stapling.c and
# ssl_util_ocsp.c, each beside its caller).
_FOLLOWS_FROM = {
    "AH02604": _UNPREPARED,
    "AH01872": _CACHES,
    "AH01980": _RESPONDER,
    "AH01983": _RESPONDER,
    "AH01941": _RESPONDER,
    "AH01943": _BAD_ANSWER,
    "AH01929": _CACHES,
    "AH01945": _CACHES | {"AH01927", "AH01928", "AH01929"},
    "AH01955": _RESPONDER | {"AH01939", "AH01940", "AH01941", "AH02621"},
}
_FAULTS = (Kind.FAULT, Kind.FOLLOWS)
# A client asks for a status (stapling_cb).
_ASKED = "AH01951"
# Lines without a fault that turn what a thread is about (see _go_on).
TURNS = frozenset({_ASKED, "AH01953", "AH01937", "AH01942", "AH03040"})
# A log of an attack or a broken one has lines of any number of threads.
_MOST_THREADS = 4096


@dataclass(slots=True)
class Cause:
    """A fault as a thread logged it.

    Attributes:
        line: what went wrong.
        when: the part of the line that its time is read from.
        followed_by: numbers of the lines that followed from it.
        host: the host that it is about, where the log tells.
        certificate: path of its certificate, where the log tells.
        served_before: whether a stored response had been found good just before (AH01953).
        is_stored: whether a response was being stored for stapling.
        count: how often it was logged in a row.

    """

    line: Line
    when: bytes
    followed_by: tuple[str, ...] = ()
    host: str | None = None
    certificate: str | None = None
    served_before: bool = False
    is_stored: bool = False
    count: int = 1


@dataclass(slots=True)
class _Thread:
    """What a thread is about."""

    named: str | None = None
    host: str | None = None
    served: bool = False
    stores: bool = False
    cause: Cause | None = None


class Threads:
    """Follows the threads of one log, and settles each cause when its thread has gone on."""

    def __init__(self, settle: Callable[[Cause], None]) -> None:
        self._settle = settle
        self._threads: dict[bytes, _Thread] = {}
        self._certificates: dict[str, set[str]] = {}

    def take(self, line: Line, when: bytes, count: int = 1) -> None:
        """Read the next line, which stands in the log ``count`` times in a row."""
        self._take(line, when)
        if count > 1:
            self._take(line, when)
            cause = self._threads[line.thread].cause
            if cause is not None and cause.line is line:
                cause.count += count - 2

    def _take(self, line: Line, when: bytes) -> None:
        thread = self._threads.get(line.thread) or self._new_thread(line.thread)
        message = line.message
        log_id = message.log_id or ""
        if message.kind not in _FAULTS:
            if message.kind is Kind.CONTEXT:
                self._note(thread, line)
                return
            if log_id == _ASKED:
                self._finish(thread)
            _go_on(thread, log_id)
            return
        cause = thread.cause
        if (
            cause is not None
            and cause.line.message.log_id in _FOLLOWS_FROM.get(log_id, ())
            and log_id not in cause.followed_by
        ):
            cause.followed_by += (log_id,)
        else:
            if cause is not None:
                self._settle(cause)
            cause = thread.cause = Cause(line, when, (), thread.host, None, thread.served)
            cause.is_stored = thread.stores and log_id in _CACHES
        if line.is_named or cause.host is not None:
            self._name(cause, line)
        if log_id == "AH01941":
            # What is stored next is the error.
            thread.stores = True

    def end(self) -> None:
        """Settle what is left: the log has no more lines."""
        for thread in self._threads.values():
            self._finish(thread)
        self._threads.clear()

    def _new_thread(self, name: bytes) -> _Thread:
        if len(self._threads) >= _MOST_THREADS:
            self.end()
        thread = self._threads[name] = _Thread()
        return thread

    def _finish(self, thread: _Thread) -> None:
        if thread.cause is not None:
            self._settle(thread.cause)
            thread.cause = None

    def _note(self, thread: _Thread, line: Line) -> None:
        if line.message.log_id == "AH02043":
            thread.named = line.values.get("host")
            return
        # AH02568: www.example.com:443:0 is host and number of the certificate.
        host = line.values.get("index", "").rpartition(":")[0]
        if len(self._certificates) < _MOST_THREADS:
            self._certificates.setdefault(host, set()).add(line.values.get("path", ""))

    def _name(self, cause: Cause, line: Line) -> None:
        """Learn from a line which host and certificate the cause is about."""
        if cause.line.message.log_id in _CACHES:
            # All hosts share the cache.
            cause.host = None
            return
        index = line.values.get("index", "").rpartition(":")[0]
        cause.host = line.host or line.values.get("host") or index or cause.host
        cause.certificate = line.values.get("path") if index else cause.certificate
        if cause.host is None or cause.certificate is not None:
            return
        # A client names a host without its port.
        hosts = {cause.host, f"{cause.host}:443"}
        paths = set[str]().union(*(self._certificates.get(host, ()) for host in hosts))
        if len(paths) == 1:
            (cause.certificate,) = paths


def _go_on(thread: _Thread, log_id: str | None) -> None:
    match log_id:
        case "AH01951":
            # Whatever comes is about the host that the client has named.
            thread.host, thread.named = thread.named, None
            thread.served = thread.stores = False
        case "AH01953":
            thread.served = True
        case "AH01937":
            thread.served = False
        case "AH01942":
            thread.stores = True
        case "AH03040":
            thread.stores = False
