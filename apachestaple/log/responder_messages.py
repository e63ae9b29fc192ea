"""The messages of mod_ssl while it asks a responder.

They serve the check of a client's certificate (SSLOCSPEnable) as well; that it was for stapling
shows in AH01941, which then follows.
"""

from __future__ import annotations

from apachestaple.log.message import fault, follows, logged_in, ordinary
from apachestaple.log.stapling_messages import REACH

_ANSWER = (
    "Ask it by hand (openssl ocsp -issuer … -cert … -url …); a proxy or a web server may answer "
    "in its place. " + REACH
)
_RULES = ("AS503", "AS502", "AS403")
# And those that say it when the responder is asked (lint --online).
_UNREACHABLE = (*_RULES, "AS411")
_SILENT = (*_RULES, "AS412")
_HTTP = (*_RULES, "AS413")
_NOT_OCSP = (*_RULES, "AS414")

RESPONDER = logged_in(
    "ssl_util_ocsp.c",
    fault(
        "AH01972",
        "could not resolve address of %s %s",
        "the name of the {what} {responder} has no address here",
        "Look at the server's name resolution. " + REACH,
        *_UNREACHABLE,
        names="what responder",
    ),
    ordinary("AH01973", "connecting to %s '%s'", "httpd connects"),
    fault(
        "AH01974",
        "could not connect to %s '%s'",
        "httpd could not connect to the {what} {responder}",
        REACH,
        *_UNREACHABLE,
        names="what responder",
    ),
    ordinary("AH01975", "sending request to OCSP responder", "httpd asks"),
    fault(
        "AH01976",
        "failed to send request to OCSP responder '%s'",
        "the connection to the OCSP responder {responder} broke while httpd asked",
        REACH,
        *_UNREACHABLE,
        names="responder",
    ),
    fault(
        "AH01977",
        "failed reading line from OCSP server",
        "the responder did not answer in time, or hung up",
        REACH,
        *_SILENT,
    ),
    fault(
        "AH01978",
        "failed reading line from OCSP server",
        "the responder hung up within its answer",
        _ANSWER,
        *_SILENT,
    ),
    fault(
        "AH02321",
        "empty response from OCSP server",
        "the responder hung up without an answer",
        _ANSWER,
        *_HTTP,
    ),
    fault(
        "AH01979",
        "response header line too long from OCSP server",
        "what answers is no OCSP responder: a header of its answer is too long",
        _ANSWER,
        *_HTTP,
    ),
    follows(
        "AH01980",
        "bad response from OCSP server: %s",
        "the responder's answer does not begin as one over HTTP that succeeded does: {answer}",
        _ANSWER,
        *_HTTP,
        names="answer",
    ),
    ordinary("AH01981", "OCSP response header: %s", "a header of the answer"),
    fault(
        "AH01982",
        "could not read response headers from OCSP server, exceeded maximum count (%u)",
        "what answers is no OCSP responder: its answer has too many headers",
        _ANSWER,
        *_HTTP,
    ),
    follows(
        "AH01983",
        "could not read response header from OCSP server",
        "the responder hung up within its answer",
        _ANSWER,
        *_HTTP,
    ),
    ordinary("AH01984", "OCSP response: got EOF", "the answer has ended"),
    fault(
        "AH01985",
        "error reading response from OCSP server",
        "the responder did not finish its answer in time",
        REACH,
        *_SILENT,
    ),
    fault(
        "AH01986",
        "OCSP response size exceeds %u byte limit",
        "what answers is no OCSP responder: its answer is too long",
        _ANSWER,
        *_HTTP,
    ),
    ordinary("AH01987", "OCSP response: got %lu bytes, %lu total", "a part of the answer"),
    fault(
        "AH01988",
        "failed to decode OCSP response data",
        "the responder's answer is no OCSP response",
        _ANSWER,
        *_NOT_OCSP,
    ),
    fault(
        "AH01989",
        "could not serialize OCSP request",
        "httpd could not write its request",
        "Look at the certificate and its issuer with openssl x509 -text.",
        *_RULES,
    ),
)
