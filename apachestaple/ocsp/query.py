"""A query to an OCSP responder, and its answer.

Source: modules/ssl/ssl_util_stapling.c (stapling_renew_response), ssl_util_ocsp.c.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.ocsp.status import StatusResponse

# The longest response that mod_ssl caches, in bytes: MAX_STAPLING_DER without the flag before it.
LONGEST_CACHED = 10_239


class FailureKind(StrEnum):
    """Why httpd gets no response; it logs all of them as "responder error" (AH01941)."""

    UNREACHABLE = "unreachable"
    SILENT = "silent"
    HTTP = "http"
    NOT_OCSP = "not-ocsp"


class Failure(NamedTuple):
    """Why a query got no response.

    Attributes:
        kind: the kind of failure.
        reason: what happened, as the predicate of a sentence about the responder.
        log_id: the AH number with which httpd logs it.

    """

    kind: FailureKind
    reason: str
    log_id: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query to a responder; two are equal if httpd would send the same query.

    Attributes:
        url: URL of the responder.
        proxy: URL of the proxy that is connected to instead, or ``None``.
        timeout: SSLStaplingResponderTimeout in seconds, for each step of the query.
        sha1: SHA-1 of the certificate.
        leaf: the certificate.
        issuer: its issuer.

    """

    url: str
    proxy: str | None
    timeout: int
    sha1: bytes
    leaf: Certificate = field(compare=False)
    issuer: Certificate = field(compare=False)


class Answer(NamedTuple):
    """The result of a query: a response, a failure, or the reason why it was not sent.

    Attributes:
        at: time of completion, UTC.
        seconds: duration.
        failure: why there is no response.
        response: the response.
        not_asked: why the query was not sent, as the predicate of a sentence about the responder.
        out_of_time: whether the time limit for all queries was reached before this one completed.

    """

    at: datetime
    seconds: float
    failure: Failure | None = None
    response: StatusResponse | None = None
    not_asked: str | None = None
    out_of_time: bool = False

    @property
    def error(self) -> str | None:
        """The failure, or why clients reject the response, or ``None``."""
        if self.not_asked is not None:
            return f"not queried: {self.not_asked}"
        if self.response is not None:
            problem = self.response.problem(self.at)
            return f"the response {problem}" if problem else None
        return f"the responder {self.failure.reason}" if self.failure else None


def measured_lengths(answers: Mapping[Query, Answer]) -> dict[bytes, int]:
    """The length in bytes of the longest response for each certificate, by the SHA-1.

    Responses that are too long for the cache are left out.
    """
    lengths: dict[bytes, int] = {}
    for asked, answer in answers.items():
        length = answer.response.length if answer.response else 0
        if 0 < length <= LONGEST_CACHED:
            lengths[asked.sha1] = max(length, lengths.get(asked.sha1, 0))
    return lengths
