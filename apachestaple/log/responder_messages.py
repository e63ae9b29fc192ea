"""The messages of mod_ssl about OCSP queries (ssl_util_ocsp.c).

The check of client certificates (SSLOCSPEnable) logs them as well; AH01941 follows only if the
query was for stapling.
"""

from __future__ import annotations

from apachestaple.log.message import consequence, information, logged_by, problem
from apachestaple.log.stapling_messages import INSPECT, REACH

_QUERY = (
    "Query the responder yourself (openssl ocsp -issuer … -cert … -url …); a proxy or a web server "
    f"may answer in its place. {REACH}"
)
_RULES = ("AS503", "AS502", "AS403")
# Each has the rule that finds the same problem when apachestaple queries the responder (lint
# --online).
_UNREACHABLE = (*_RULES, "AS411")
_SILENT = (*_RULES, "AS412")
_HTTP = (*_RULES, "AS413")
_NOT_OCSP = (*_RULES, "AS414")

RESPONDER = logged_by(
    "ssl",
    problem(
        "AH01972",
        "could not resolve address of %s %s",
        "httpd could not resolve the host name of the {what} {responder}",
        None,
        f"Check name resolution on this server. {REACH}",
        *_UNREACHABLE,
        names="what responder",
    ),
    information("AH01973", "connecting to %s '%s'", "httpd connects to a responder"),
    problem(
        "AH01974",
        "could not connect to %s '%s'",
        "httpd could not connect to the {what} {responder}",
        None,
        REACH,
        *_UNREACHABLE,
        names="what responder",
    ),
    information("AH01975", "sending request to OCSP responder", "httpd sends an OCSP request"),
    problem(
        "AH01976",
        "failed to send request to OCSP responder '%s'",
        "the connection to the OCSP responder {responder} failed while httpd sent its request",
        None,
        REACH,
        *_UNREACHABLE,
        names="responder",
    ),
    problem(
        "AH01977",
        "failed reading line from OCSP server",
        "the responder did not answer in time, or closed the connection",
        None,
        REACH,
        *_SILENT,
    ),
    problem(
        "AH01978",
        "failed reading line from OCSP server",
        "the responder closed the connection before the end of its answer",
        None,
        _QUERY,
        *_SILENT,
    ),
    problem(
        "AH02321",
        "empty response from OCSP server",
        "the responder closed the connection without an answer",
        None,
        _QUERY,
        *_HTTP,
    ),
    problem(
        "AH01979",
        "response header line too long from OCSP server",
        "a header of the answer is too long for an OCSP responder",
        None,
        _QUERY,
        *_HTTP,
    ),
    consequence(
        "AH01980",
        "bad response from OCSP server: %s",
        "the responder did not answer with HTTP status 200: {answer}",
        None,
        _QUERY,
        *_HTTP,
        names="answer",
    ),
    information("AH01981", "OCSP response header: %s", "httpd reads a header of the answer"),
    problem(
        "AH01982",
        "could not read response headers from OCSP server, exceeded maximum count (%u)",
        "the answer has too many headers for an OCSP responder",
        None,
        _QUERY,
        *_HTTP,
    ),
    consequence(
        "AH01983",
        "could not read response header from OCSP server",
        "the responder closed the connection before the end of its headers",
        None,
        _QUERY,
        *_HTTP,
    ),
    information("AH01984", "OCSP response: got EOF", "httpd has read the whole answer"),
    problem(
        "AH01985",
        "error reading response from OCSP server",
        "the responder did not complete its answer in time",
        None,
        REACH,
        *_SILENT,
    ),
    problem(
        "AH01986",
        "OCSP response size exceeds %u byte limit",
        "the answer is too large for an OCSP responder",
        None,
        _QUERY,
        *_HTTP,
    ),
    information(
        "AH01987", "OCSP response: got %lu bytes, %lu total", "httpd reads a part of the answer"
    ),
    problem(
        "AH01988",
        "failed to decode OCSP response data",
        "the responder's answer is not an OCSP response",
        None,
        _QUERY,
        *_NOT_OCSP,
    ),
    problem(
        "AH01989",
        "could not serialize OCSP request",
        "httpd could not encode its OCSP request",
        None,
        INSPECT,
        *_RULES,
    ),
)
