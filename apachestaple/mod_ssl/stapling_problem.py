"""Why mod_ssl cannot staple a certificate.

Source: modules/ssl/ssl_util_stapling.c (ssl_stapling_init_cert, stapling_renew_response).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class StaplingProblemKind(StrEnum):
    """Why mod_ssl cannot staple for a certificate."""

    NOT_READ = "not-read"
    SELF_SIGNED = "self-signed"
    NO_ISSUER = "no-issuer"
    WRONG_ISSUER = "wrong-issuer"
    NO_URI = "no-uri"
    # No URI, but another host with the certificate has a URL of a responder and made the record.
    NO_URI_HERE = "no-uri-here"
    URI_NOT_HTTP = "uri-not-http"
    FORCE_URL_NOT_HTTP = "force-url-not-http"
    SWITCHED_OFF = "switched-off"


# With these, mod_ssl never queries a responder.
NEVER_QUERIED = frozenset(
    {
        StaplingProblemKind.SELF_SIGNED,
        StaplingProblemKind.NO_ISSUER,
        StaplingProblemKind.NO_URI,
        StaplingProblemKind.NO_URI_HERE,
    }
)


# With these, clients get no staple, and their handshakes work.
HARMLESS = NEVER_QUERIED - {StaplingProblemKind.NO_URI_HERE}


class StaplingProblem(NamedTuple):
    """Why mod_ssl cannot staple a certificate, as the second half of a sentence."""

    kind: StaplingProblemKind
    reason: str
