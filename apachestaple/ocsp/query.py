"""A question to an OCSP responder, and what became of it.

Source: modules/ssl/ssl_util_stapling.c (stapling_renew_response), ssl_util_ocsp.c.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.ocsp.status import StatusResponse

# What mod_ssl caches, in bytes: MAX_STAPLING_DER without the flag before the response.
LONGEST_CACHED = 10_239


class FailureKind(StrEnum):
    """Why a query brings httpd no response; it takes them all for a "responder error", AH01941."""

    UNREACHABLE = "unreachable"
    SILENT = "silent"
    HTTP = "http"
    NOT_OCSP = "not-ocsp"


@dataclass(frozen=True, slots=True)
class Failure:
    """A query that brought no response.

    Attributes:
        kind: which.
        reason: what happened, as the second half of a sentence about the responder.
        log_id: the AH number with which httpd logs it.

    """

    kind: FailureKind
    reason: str
    log_id: str


@dataclass(frozen=True, slots=True)
class Query:
    """One question to one responder; two are the same where httpd would ask the same.

    Attributes:
        url: of the responder.
        proxy: the URL that is connected to instead, or ``None``.
        timeout: SSLStaplingResponderTimeout in seconds, for each step of the way.
        sha1: of the certificate.
        leaf: the certificate.
        issuer: its issuer.

    """

    url: str
    proxy: str | None
    timeout: int
    sha1: bytes
    leaf: Certificate = field(compare=False)
    issuer: Certificate = field(compare=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a query: a failure, a response, or that it was not made.

    Attributes:
        at: when it was complete, UTC.
        seconds: how long it took.
        failure: why there is no response.
        response: the response.
        not_asked: why the responder was not asked, which says nothing about it, as the second half
            of a sentence about the responder.
        out_of_time: whether the time for all queries ended before this one.

    """

    at: datetime
    seconds: float
    failure: Failure | None = None
    response: StatusResponse | None = None
    not_asked: str | None = None
    out_of_time: bool = False

    @property
    def error(self) -> str | None:
        """What went wrong, or what clients have against the response, or ``None``."""
        if self.not_asked is not None:
            return f"not asked: {self.not_asked}"
        if self.response is not None:
            problem = self.response.problem(self.at)
            return f"the response {problem}" if problem else None
        return f"the responder {self.failure.reason}" if self.failure else None


def measured_lengths(answers: Mapping[Query, Answer]) -> dict[bytes, int]:
    """Bytes of the longest response that was received for each certificate, by its SHA-1.

    Those that are too long to be cached are left out.
    """
    lengths: dict[bytes, int] = {}
    for asked, answer in answers.items():
        length = answer.response.length if answer.response else 0
        if 0 < length <= LONGEST_CACHED:
            lengths[asked.sha1] = max(length, lengths.get(asked.sha1, 0))
    return lengths
