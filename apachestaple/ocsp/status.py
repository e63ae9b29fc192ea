"""OCSP responses, and whether clients and httpd accept them.

Source: RFC 6960; modules/ssl/ssl_util_stapling.c (stapling_check_response), and of OpenSSL
crypto/ocsp (OCSP_resp_find, OCSP_check_validity), which it calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# Allowed difference between the clocks of client and responder, in seconds: that of OpenSSL's
# clients and curl, and the default of SSLStaplingResponseTimeSkew.
CLOCK_SKEW = 300

SUCCESSFUL = "successful"


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature of a response.

    Attributes:
        signer: subject of the signing certificate, or ``None`` if it is not known.
        problem: why clients do not trust the signature, or ``None``.
        is_known: whether the signature could be verified.

    """

    signer: str | None = None
    problem: str | None = None
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class StatusResponse:
    """An OCSP response, as seen for one certificate.

    Attributes:
        length: length of the DER in bytes.
        response_status: ``successful``, or the name of the responder's error in RFC 6960.
        is_readable: whether a successful response contains a basic response.
        status: ``good``, ``revoked`` or ``unknown``: the status of the certificate, or if the
            response does not contain it, of the first certificate in the response.
        serials: serial numbers of the certificates in the response.
        matches: whether the response contains the certificate.
        is_by_sha1: whether its certificate ID uses SHA-1, as httpd expects.
        this_update, next_update: start and end of validity, UTC.
        signature: the signature.

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
        """Whether it is an error of the responder (RFC 6960, section 2.3)."""
        return self.response_status != SUCCESSFUL

    @property
    def said(self) -> str:
        """The status of the certificate, the error of the responder, or ``none``."""
        return self.response_status if self.is_error else self.status or "none"

    def problem_of_times(
        self, now: datetime, skew: int = CLOCK_SKEW, max_age: int | None = None
    ) -> str | None:
        """Why OCSP_check_validity of OpenSSL rejects the times, or ``None``.

        ``skew`` and ``max_age`` are in seconds. ``None`` or a negative ``max_age`` means no limit.
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
            return f"expired at {moment(self.next_update)}"
        if self.next_update < self.this_update:
            return "expires before it becomes valid"
        return None

    def problem_of_proof(self, now: datetime) -> str | None:
        """Why the response is no proof for the certificate, or ``None``."""
        if not self.is_readable:
            return "contains no basic response"
        if not self.matches:
            return "is for another certificate"
        return self.signature.problem or self.problem_of_times(now)

    def problem(self, now: datetime) -> str | None:
        """Why a client that verifies staples rejects this response, or ``None``."""
        if self.is_error:
            return f"is the responder's error {self.response_status}"
        problem = self.problem_of_proof(now)
        if problem is None and self.status != "good":
            return f"says that the certificate is {self.status}"
        return problem


def moment(time: datetime) -> str:
    """A time in the format of reports, with seconds, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
