"""Asks an OCSP responder exactly as httpd does: its request, its reading of the answer, its limits.

An HTTP library would be a better client than httpd is, and hide what httpd does not get over: it
reads to the end of the connection whatever Content-Length says, knows no chunks and follows no
redirect. Source: modules/ssl/ssl_util_ocsp.c.
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

# Seconds. httpd has a limit for each step, none for the whole: an answer may drip in for hours.
LONGEST_QUERY = 60.0
# Seconds for all queries together.
DEADLINE = 300.0
# So many responders are asked at once.
_MOST_AT_ONCE = 16

# get_line, MAX_HEADERS and MAX_CONTENT in read_response; bytes.
_LONGEST_LINE = 8192
_MOST_HEADERS = 256
_LONGEST_BODY = 2 * 1024 * 1024

_HTTP_PORT = 80
_PATH = re.compile(r"[^/?#]*//[^/?#]*([^?#]*(?:\?[^#]*)?)")
# httpd sends any byte of a URL, and so a line end in a certificate's URI can become a line of the
# request. We send what RFC 3986 allows in a URL, which has none of these.
_SENDABLE = re.compile(r"[!-~]*")


class _FailedError(Exception):
    """The query brings no response."""

    def __init__(self, kind: FailureKind, reason: str, log_id: str) -> None:
        super().__init__(reason)
        self.failure = Failure(kind, reason, log_id)


class _NotAskedError(Exception):
    """The query is not made; the text says why."""


class _Url(NamedTuple):
    """What httpd takes of a URL."""

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
    """Ask everything, several at once; the answers as they come. Nothing is asked twice.

    The queries in ``private`` may go to addresses that are not public. After ``deadline`` seconds
    no query is begun, and those that are under way end.
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
    """Ask once; what goes wrong is in the answer.

    ``longest`` is the limit for the whole in seconds, which httpd has not. After ``end``, which is
    that of other queries as well, the answer is that there was no time.
    """
    begin = time.monotonic()

    def answer(**what: Any) -> Answer:  # noqa: ANN401  (the fields of an answer)
        return Answer(datetime.now(UTC), time.monotonic() - begin, **what)

    if end is not None and not end.left:
        return answer(not_asked="there was no time left", out_of_time=True)
    limit = longest if end is None else min(longest, end.left)
    try:
        body = _exchange(query, Deadline.after(limit), longest, only_public=only_public)
        return answer(response=_read(body, query))
    except _NotAskedError as error:
        return answer(not_asked=str(error))
    except _FailedError as failed:
        if failed.failure.kind is FailureKind.SILENT and end is not None and not end.left:
            # With more time, it might have answered.
            return answer(not_asked="the time ended before the answer", out_of_time=True)
        return answer(failure=failed.failure)


def _read(body: bytes, query: Query) -> StatusResponse:
    try:
        return read_response(body, query.leaf, query.issuer)
    except ValueError:
        what = f"answers {_kind(body)}, which is no OCSP response"
        if re.match(rb"[0-9A-Fa-f]+\r\n0", body):
            what = "answers in chunks (Transfer-Encoding), which httpd does not put together"
        raise _FailedError(FailureKind.NOT_OCSP, what, "AH01988") from None


def _exchange(query: Query, deadline: Deadline, longest: float, *, only_public: bool) -> bytes:
    """The body of the answer."""
    url = _parsed(query.url)
    # A proxy's port has no such default.
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
        what = f"cannot be asked: the URL {url} cannot be read"
        raise _FailedError(FailureKind.UNREACHABLE, what, UrlProblem.UNPARSED.log_id)
    target = path[1] if path else ""
    # httpd takes / for a path that is empty, also before a query.
    return _Url(uri.host or "", uri.port, target if target.startswith("/") else f"/{target}")


def _request(query: Query, url: _Url) -> bytes:
    """serialize_request."""
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
    """read_response, up to the decoding."""
    line = stream.line()
    name, _, rest = line.partition(b" ")
    if not name.startswith(b"HTTP/"):
        raise _FailedError(FailureKind.HTTP, "answers something that is no HTTP", "AH01980")
    # apr_atoi64 of what follows the first space.
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
        """get_line."""
        while (end := self._buffer.find(b"\n")) < 0 or end > _LONGEST_LINE:
            if len(self._buffer) > _LONGEST_LINE:
                raise _FailedError(
                    FailureKind.HTTP, f"sends a line of more than {_LONGEST_LINE} bytes", "AH01979"
                )
            chunk = self._receive("AH01977")
            if not chunk:
                if not self._buffer:
                    raise _FailedError(FailureKind.HTTP, "closes the connection at once", "AH02321")
                raise _FailedError(
                    FailureKind.HTTP, "closes the connection within its headers", "AH01979"
                )
            self._buffer += chunk
        line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
        return line.removesuffix(b"\r")

    def rest(self) -> bytes:
        """All up to the end of the connection."""
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
            what = "accepts the connection and says nothing"
            if received:
                what = f"sends {received} bytes and then keeps the connection open"
            what += f" for {self._timeout} s"
            if not self._deadline.left:
                what = f"is still not done after {self._longest:.3g} s"
            raise _FailedError(FailureKind.SILENT, what, log_id) from None
        except OSError as error:
            raise _FailedError(
                FailureKind.UNREACHABLE, f"breaks the connection: {reason(error)}", log_id
            ) from None


def _kind(body: bytes) -> str:
    """What a body is; nothing of it is quoted, since its server may be anybody's."""
    if not body:
        return "an empty body"
    return "a web page" if body.lstrip()[:1] == b"<" else f"{len(body)} bytes"
