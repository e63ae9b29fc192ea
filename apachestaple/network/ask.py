"""Sends an OCSP query exactly as httpd does, and parses the answer as httpd does.

An HTTP library would accept answers that httpd cannot use. httpd reads to the end of the connection
regardless of Content-Length, does not decode chunks, and follows no redirects.

Source: modules/ssl/ssl_util_ocsp.c.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from apachestaple.httpd.numbers import strtol
from apachestaple.network.concurrency import at_once
from apachestaple.network.connect import (
    ConnectError,
    Deadline,
    NotPublicError,
    close,
    connect,
    reason,
)
from apachestaple.ocsp.query import Answer, Failure, FailureKind
from apachestaple.ocsp.responses import read_response, status_request
from apachestaple.ocsp.uri import UrlProblem, parse_uri

if TYPE_CHECKING:
    import socket
    from collections.abc import Collection, Iterator, Sequence

    from apachestaple.ocsp.query import Query
    from apachestaple.ocsp.status import StatusResponse

# The limit for a whole query in seconds. httpd limits each step, but not the whole query.
LONGEST_QUERY = 60.0
# The limit for all queries together, in seconds.
DEADLINE = 300.0
# The number of parallel queries.
_MOST_AT_ONCE = 16

# Bytes and lines: get_line, MAX_HEADERS and MAX_CONTENT in read_response.
_LONGEST_LINE = 8192
_MOST_HEADERS = 256
_LONGEST_BODY = 2 * 1024 * 1024

_HTTP_PORT = 80
_PATH = re.compile(r"[^/?#]*//[^/?#]*([^?#]*(?:\?[^#]*)?)")
# httpd sends every byte of a URL, so a line end in a certificate's URI can become a line of the
# request. We send only the characters that RFC 3986 allows in a URL.
_SENDABLE = re.compile(r"[!-~]*")


class _FailedError(Exception):
    """The query got no response."""

    def __init__(self, kind: FailureKind, reason: str, log_id: str) -> None:
        super().__init__(reason)
        self.failure = Failure(kind, reason, log_id)


class _NotAskedError(Exception):
    """The query was not sent; the message is the reason."""


class _Url(NamedTuple):
    """The parts of a URL that httpd uses."""

    host: str
    port: int
    path: str


def ask_all(
    queries: Sequence[Query],
    *,
    private: Collection[Query] = (),
    deadline: float = DEADLINE,
    longest: float = LONGEST_QUERY,
) -> Iterator[tuple[Query, Answer]]:
    """Send all queries, several in parallel; yields the answers as they arrive.

    Queries in ``private`` may go to addresses that are not public. After ``deadline`` seconds, no
    query is started, and running queries end.
    """
    end = Deadline.after(deadline)

    def ask_one(query: Query) -> Answer:
        return ask(query, only_public=query not in private, end=end, longest=longest)

    return at_once(ask_one, queries, most=_MOST_AT_ONCE)


def ask(
    query: Query,
    *,
    only_public: bool = True,
    end: Deadline | None = None,
    longest: float = LONGEST_QUERY,
) -> Answer:
    """Send one query. Failures are part of the answer.

    ``longest`` is the limit for the whole query in seconds; httpd has none. ``end`` is the limit
    for all queries.
    """
    begin = time.monotonic()

    def answer(**what: Any) -> Answer:  # noqa: ANN401  (the fields of an answer)
        return Answer(datetime.now(UTC), time.monotonic() - begin, **what)

    if end is not None and not end.left:
        return answer(not_asked="the time limit was reached", out_of_time=True)
    limit = longest if end is None else min(longest, end.left)
    try:
        body = _exchange(query, Deadline.after(limit), longest, only_public=only_public)
        return answer(response=_read(body, query))
    except _NotAskedError as error:
        return answer(not_asked=str(error))
    except _FailedError as failed:
        if failed.failure.kind is FailureKind.SILENT and end is not None and not end.left:
            # It might have answered with more time.
            return answer(
                not_asked="the time limit was reached before the answer", out_of_time=True
            )
        return answer(failure=failed.failure)


def _read(body: bytes, query: Query) -> StatusResponse:
    try:
        return read_response(body, query.leaf, query.issuer)
    except ValueError:
        what = f"answers with {_kind(body)} instead of an OCSP response"
        if re.match(rb"[0-9A-Fa-f]+\r\n0", body):
            what = "answers in chunks (Transfer-Encoding), which httpd does not decode"
        raise _FailedError(FailureKind.NOT_OCSP, what, "AH01988") from None


def _exchange(query: Query, deadline: Deadline, longest: float, *, only_public: bool) -> bytes:
    """Connect, send the request, and return the body of the answer."""
    url = _parsed(query.url)
    # Unlike the port of a responder, the port of a proxy has no default.
    url = url._replace(port=url.port or _HTTP_PORT)
    next_hop = _parsed(query.proxy) if query.proxy else url
    try:
        connection = connect(
            next_hop.host, next_hop.port, deadline, each=query.timeout, only_public=only_public
        )
    except NotPublicError as error:
        subject = f"its proxy {query.proxy}" if query.proxy else "it"
        raise _NotAskedError(f"{subject} {error}; use --allow-private") from None
    except ConnectError as error:
        kind = FailureKind.SILENT if error.is_timeout else FailureKind.UNREACHABLE
        through = f" through the proxy {query.proxy}" if query.proxy else ""
        log_id = "AH01974" if error.resolved else "AH01972"
        raise _FailedError(kind, f"cannot be reached{through}: {error}", log_id) from None
    stream = _Stream(connection, query.timeout, deadline, longest)
    try:
        stream.send(_request(query, url))
        return _body(stream)
    finally:
        close(connection)


def _parsed(url: str) -> _Url:
    if not _SENDABLE.fullmatch(url):
        raise _NotAskedError(
            "its URL has a space, a control character or a character that is not ASCII, and "
            "httpd would send it as it is"
        )
    uri, path = parse_uri(url), _PATH.match(url)
    if uri is None:
        what = f"cannot be queried: the URL {url} cannot be parsed"
        raise _FailedError(FailureKind.UNREACHABLE, what, UrlProblem.UNPARSED.log_id)
    target = path[1] if path else ""
    # httpd uses / for an empty path, also before a query string.
    return _Url(uri.host or "", uri.port, target if target.startswith("/") else f"/{target}")


def _request(query: Query, url: _Url) -> bytes:
    """serialize_request of httpd."""
    der = status_request(query.leaf, query.issuer)
    server = f"{url.host}:{url.port}"
    target = f"http://{server}{url.path}" if query.proxy else url.path
    head = (
        f"POST {target} HTTP/1.0\r\n"
        f"Host: {server}\r\n"
        "Content-Type: application/ocsp-request\r\n"
        "Connection: close\r\n"
        f"Content-Length: {len(der)}\r\n"
        "\r\n"
    )
    return head.encode("ascii") + der


def _body(stream: _Stream) -> bytes:
    """read_response of httpd, without the decoding."""
    line = stream.line()
    name, _, rest = line.partition(b" ")
    if not name.startswith(b"HTTP/"):
        raise _FailedError(FailureKind.HTTP, "does not answer with HTTP", "AH01980")
    # apr_atoi64 of the text after the first space.
    status, _ = strtol(rest.decode("latin-1"))
    if not 200 <= status <= 299:
        what = f"the HTTP status {status}" if 0 < status < 1000 else "without an HTTP status"
        raise _FailedError(FailureKind.HTTP, f"answers {what}", "AH01980")
    for _ in range(_MOST_HEADERS):
        if not stream.line():
            return stream.rest()
    raise _FailedError(FailureKind.HTTP, f"sends more than {_MOST_HEADERS} header lines", "AH01982")


class _Stream:
    """A connection to a responder, read as httpd reads it."""

    def __init__(
        self, connection: socket.socket, timeout: float, deadline: Deadline, longest: float
    ) -> None:
        self._connection = connection
        self._timeout = timeout
        self._deadline = deadline
        self._longest = longest
        self._buffer = b""

    def send(self, request: bytes) -> None:
        self._connection.settimeout(min(self._timeout or 0.001, self._deadline.timeout))
        try:
            self._connection.sendall(request)
        except TimeoutError:
            raise _FailedError(
                FailureKind.SILENT, f"takes no request for {self._timeout} s", "AH01976"
            ) from None
        except OSError as error:
            raise _FailedError(
                FailureKind.UNREACHABLE, f"takes no request: {reason(error)}", "AH01976"
            ) from None

    def line(self) -> bytes:
        """get_line of httpd."""
        while (end := self._buffer.find(b"\n")) < 0 or end > _LONGEST_LINE:
            if len(self._buffer) > _LONGEST_LINE:
                raise _FailedError(
                    FailureKind.HTTP, f"sends a line of more than {_LONGEST_LINE} bytes", "AH01979"
                )
            chunk = self._receive("AH01977")
            if not chunk:
                if not self._buffer:
                    raise _FailedError(
                        FailureKind.HTTP, "closes the connection without an answer", "AH02321"
                    )
                raise _FailedError(
                    FailureKind.HTTP, "closes the connection in its headers", "AH01979"
                )
            self._buffer += chunk
        line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
        return line.removesuffix(b"\r")

    def rest(self) -> bytes:
        """All bytes up to the end of the connection."""
        chunks = [self._buffer]
        length = len(self._buffer)
        while chunk := self._receive("AH01985", received=length):
            chunks.append(chunk)
            length += len(chunk)
            if length > _LONGEST_BODY:
                raise _FailedError(
                    FailureKind.HTTP, f"sends more than {_LONGEST_BODY} bytes", "AH01986"
                )
        return b"".join(chunks)

    def _receive(self, log_id: str, received: int = 0) -> bytes:
        try:
            self._connection.settimeout(min(self._timeout or 0.001, self._deadline.timeout))
            return self._connection.recv(65536)
        except TimeoutError:
            what = "accepts the connection but sends nothing"
            if received:
                what = f"sends {received} bytes and then keeps the connection open"
            what += f" for {self._timeout} s"
            if not self._deadline.left:
                what = f"has not finished after {self._longest:.3g} s"
            raise _FailedError(FailureKind.SILENT, what, log_id) from None
        except OSError as error:
            raise _FailedError(
                FailureKind.UNREACHABLE, f"interrupts the connection: {reason(error)}", log_id
            ) from None


def _kind(body: bytes) -> str:
    """The kind of a body. The body itself is never shown, because it may come from any server."""
    if not body:
        return "an empty body"
    return "a web page" if body.lstrip()[:1] == b"<" else f"{len(body)} bytes"
