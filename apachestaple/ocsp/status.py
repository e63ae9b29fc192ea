"""OCSP responses: what one says, and whether clients and httpd can use it.

Source: RFC 6960; modules/ssl/ssl_util_stapling.c (stapling_check_response), and of OpenSSL
crypto/ocsp (OCSP_resp_find, OCSP_check_validity), which it calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# How far the clocks of a client and a responder may be apart, in seconds: what OpenSSL's own
# clients and curl allow, and what SSLStaplingResponseTimeSkew is by default.
CLOCK_SKEW = 300

SUCCESSFUL = "successful"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a response.

    Attributes:
        signer: the signing certificate's name, where it is known.
        problem: why no client trusts the signature, or ``None``.
        is_known: whether it could be checked at all.

    """

    signer: str | None = None
    problem: str | None = None
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class StatusResponse:
    """What an OCSP response says about one certificate.

    Attributes:
        length: bytes of its DER.
        response_status: ``successful``, or the responder's error in the words of RFC 6960.
        is_readable: whether a successful response holds a basic response.
        status: ``good``, ``revoked`` or ``unknown``: of the certificate, or, where nothing is said
            of it, of the first one that it speaks of.
        serials: the serial numbers that it speaks of.
        matches: whether the certificate is among them.
        is_by_sha1: whether it is, with the certificate id that httpd looks for.
        this_update, next_update: from when and until when it holds, UTC.
        signature: who signed it.

    """

    length: int
    response_status: str
    is_readable: bool = True
    status: str | None = None
    serials: tuple[int, ...] = ()
    matches: bool = False
    is_by_sha1: bool = False
    this_update: datetime | None = None
    next_update: datetime | None = None
    signature: Signature = Signature(is_known=False)

    @property
    def is_error(self) -> bool:
        """Whether the responder refused to say anything (RFC 6960, section 2.3)."""
        return self.response_status != SUCCESSFUL

    @property
    def said(self) -> str:
        """In one word, what it says: a certificate's status, a responder's error, or ``none``."""
        return self.response_status if self.is_error else self.status or "none"

    def problem_of_times(
        self, now: datetime, skew: int = CLOCK_SKEW, max_age: int | None = None
    ) -> str | None:
        """What OCSP_check_validity has against its times, or ``None``; ``skew``, ``max_age`` in s.

        A negative or no ``max_age`` is no limit.
        """
        if self.this_update is None:
            return None
        slack = timedelta(seconds=skew)
        if self.this_update > now + slack:
            return f"is not valid before {moment(self.this_update)}"
        if max_age is not None and max_age >= 0:
            age = now - self.this_update
            if age > timedelta(seconds=max_age):
                return f"is {age.total_seconds():.0f} seconds old"
        if self.next_update is None:
            return None
        if self.next_update < now - slack:
            return f"has expired at {moment(self.next_update)}"
        if self.next_update < self.this_update:
            return "ends before it begins"
        return None

    def problem_of_proof(self, now: datetime) -> str | None:
        """Why nobody need believe what it says about the certificate, or ``None``."""
        if not self.is_readable:
            return "holds no basic response"
        if not self.matches:
            return "is for another certificate"
        return self.signature.problem or self.problem_of_times(now)

    def problem(self, now: datetime) -> str | None:
        """Why a client that checks its staple refuses this one, or ``None``."""
        if self.is_error:
            return f"is the responder's error {self.response_status}"
        problem = self.problem_of_proof(now)
        if problem is None and self.status != "good":
            return f"says that the certificate is {self.status}"
        return problem


def moment(time: datetime) -> str:
    """A time as reports write it, to the second."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
