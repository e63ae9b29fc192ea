"""Follows the threads of a log, because lines of one thread belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.log.cause import FOLLOWS_FROM, OF_CACHE, Cause
from apachestaple.log.message import Kind
from apachestaple.log.server_messages import BEGINS_RELOAD, CRASHES, OF_PROCESS, RUNS
from apachestaple.log.start_messages import WITH_LIBRARY_ERROR

if TYPE_CHECKING:
    from collections.abc import Callable

    from apachestaple.log.line import Line

# mod_ssl logs it for a host that has no certificate yet.
_NO_CERTIFICATE_YET = "AH10085"
_PROBLEMS = (Kind.PROBLEM, Kind.CONSEQUENCE)
# A client requests a staple (stapling_cb).
_REQUESTED = "AH01951"
# Messages without a problem that change the state of a thread (see _go_on).
TURNS = frozenset({_REQUESTED, "AH01953", "AH01937", "AH01942", "AH03040"})
# Messages of any reason, which count only if they follow from one about stapling.
_OF_ANY_REASON = frozenset({"AH02312"})
_SEGMENTATION_FAULT = "11"
# A damaged or hostile log can have lines of any number of threads.
_MOST_THREADS = 4096


@dataclass(slots=True)
class _Thread:
    """The state of a thread.

    The thread of a parent process that has reloaded logs the crashes of its child processes.
    ``reload`` is the reload that has begun and not ended; ``is_replaced``, whether another parent
    process has started since.
    """

    named: str | None = None
    host: str | None = None
    lacks_pass_phrase: bool = False
    served: bool = False
    stores: bool = False
    reload: Cause | None = None
    has_reloaded: bool = False
    is_replaced: bool = False
    cause: Cause | None = None


class Threads:
    """Follows the threads of one log, and passes on each cause when its thread has moved on."""

    def __init__(self, settle: Callable[[Cause], None]) -> None:
        self._settle = settle
        self._threads: dict[bytes, _Thread] = {}
        # Those that reload, unless another process has started since.
        self._reloading: dict[bytes, _Thread] = {}
        # The path of each host's certificate; None for a host with several.
        self._certificates: dict[str, str | None] = {}

    def take(self, line: Line, when: bytes, count: int = 1) -> None:
        """Read the next line, which occurs ``count`` times in a row."""
        self._take(line, when)
        if count > 1:
            self._take(line, when)
            cause = self._threads[line.thread].cause
            if cause is not None and cause.line is line:
                cause.count += count - 2

    def end(self) -> None:
        """Pass on the remaining causes at the end of the log."""
        for thread in self._threads.values():
            at_reload = thread.cause is not None and thread.cause.at_reload
            self._finish(thread)
            if thread.reload is not None and thread.is_replaced and not at_reload:
                self._settle(thread.reload)
        self._threads.clear()
        self._reloading.clear()

    def _take(self, line: Line, when: bytes) -> None:
        thread = self._threads.get(line.thread) or self._new_thread(line.thread)
        message = line.message
        log_id = message.log_id or ""
        if message.kind not in _PROBLEMS:
            if message.kind is Kind.CONTEXT:
                if log_id in OF_PROCESS:
                    self._note_process(thread, line, when)
                else:
                    self._note(thread, line)
                return
            if log_id == _REQUESTED:
                self._finish(thread)
            _go_on(thread, log_id)
            return
        cause = thread.cause
        if (
            cause is not None
            and cause.line.message.log_id in FOLLOWS_FROM.get(log_id, ())
            and log_id not in cause.followed_by
        ):
            cause.followed_by += (log_id,)
        elif log_id in _OF_ANY_REASON or (log_id in CRASHES and not _may_be_of_cache(thread, line)):
            return
        else:
            if cause is not None:
                self._settle(cause)
            cause = thread.cause = Cause(line, when, host=thread.host, served_before=thread.served)
            cause.at_reload = thread.reload is not None
            cause.lacks_pass_phrase, thread.lacks_pass_phrase = thread.lacks_pass_phrase, False
            cause.is_stored = thread.stores and log_id in OF_CACHE
        if line.is_named or cause.host is not None:
            self._name(cause, line)
        if log_id == "AH01941":
            # The response that is stored next is the error.
            thread.stores = True

    def _new_thread(self, name: bytes) -> _Thread:
        if len(self._threads) >= _MOST_THREADS:
            self.end()
        thread = self._threads[name] = _Thread()
        return thread

    def _finish(self, thread: _Thread) -> None:
        if thread.cause is not None:
            self._settle(thread.cause)
            thread.cause = None

    def _note_process(self, thread: _Thread, line: Line, when: bytes) -> None:
        """Follow the starts, reloads and ends of parent processes."""
        log_id = line.message.log_id
        if log_id in BEGINS_RELOAD:
            self._finish(thread)
            thread.reload, thread.has_reloaded = Cause(line, when, at_reload=True), True
            thread.is_replaced = False
            self._reloading[line.thread] = thread
        elif log_id in RUNS:
            thread.reload, thread.is_replaced = None, False
            self._reloading.pop(line.thread, None)
            for other in self._reloading.values():
                other.is_replaced = True
            # Each is marked once, however many processes a hostile log starts.
            self._reloading.clear()
        else:
            # It ends with a message, be it about stapling or not.
            thread.reload = None

    def _note(self, thread: _Thread, line: Line) -> None:
        cause = thread.cause
        if "library_error" in line.facts:
            if cause is not None and cause.line.message.log_id in WITH_LIBRARY_ERROR:
                # The first reason is the most specific one.
                cause.library_error = cause.library_error or line.facts["library_error"]
            return
        if line.message.log_id == "AH02578":
            thread.lacks_pass_phrase = True
            return
        if line.message.log_id == "AH02043":
            thread.named = line.facts.get("host")
            return
        # For example AH02568: www.example.com:443:0, which is a host and the number of its
        # certificate.
        host, path = line.facts.get("index", "").rpartition(":")[0], line.facts.get("path")
        if host in self._certificates:
            if self._certificates[host] != path:
                self._certificates[host] = None
        elif len(self._certificates) < _MOST_THREADS:
            self._certificates[host] = path

    def _name(self, cause: Cause, line: Line) -> None:
        """Set the host and certificate of a cause from a line."""
        if cause.line.message.log_id in OF_CACHE:
            # All hosts share the cache.
            cause.host = None
            return
        index = line.facts.get("index", "").rpartition(":")[0]
        cause.host = line.host or line.facts.get("host") or index or cause.host
        cause.certificate = line.facts.get("path") if index else cause.certificate
        if (
            cause.host is None
            or cause.certificate is not None
            or cause.line.message.log_id == _NO_CERTIFICATE_YET
        ):
            return
        # A client sends the name of a host without its port.
        known = [
            self._certificates[host]
            for host in {cause.host, f"{cause.host}:443"}
            if host in self._certificates
        ]
        if len(set(known)) == 1:
            cause.certificate = known[0]


def _may_be_of_cache(thread: _Thread, line: Line) -> bool:
    """Whether a child process may have crashed because the provider of the cache has changed."""
    return thread.has_reloaded and line.facts.get("number") == _SEGMENTATION_FAULT


def _go_on(thread: _Thread, log_id: str | None) -> None:
    match log_id:
        case "AH01951":
            # The next messages are about the host that the client has requested.
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
