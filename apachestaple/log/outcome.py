"""The consequences of a problem in a log."""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """What clients get, or what httpd does; the value is the text in reports."""

    DOES_NOT_START = "httpd does not start"
    EXITS_AT_RELOAD = "httpd exits at the reload"
    UNAVAILABLE = "requests to the host get the status 503, and clients no staple"
    NO_STAPLE = "clients get no staple"
    NO_STAPLE_EACH_TIME = "clients get no staple, and httpd queries the responder at each handshake"
    FATAL_ALERT = "clients that request a staple get a fatal alert"
    STAPLED_BY_ANOTHER = "clients get a staple as long as another host provides the issuer"
    ABORTS_WITHOUT_RESPONSE = (
        "clients get the response of another host, or a fatal alert while the cache has none"
    )
    RESPONSE_STAPLED = "clients get this response as a staple"
    TRY_LATER = "clients get tryLater as a staple"
    TRY_LATER_BY_DEFAULT = "with the default settings, clients get tryLater as a staple"
    TRY_LATER_EACH_TIME = (
        "clients get tryLater as a staple, and httpd queries the responder at each handshake"
    )
    TRY_LATER_AFTER_TIMEOUT = (
        "the handshake waits until the timeout, and clients get tryLater as a staple"
    )
    QUERIED_AGAIN = "httpd has to query the responder again"
    QUERIED_EACH_TIME = "httpd queries the responder at each handshake"
    LAST_RESPONSE_STAPLED = (
        "mod_md staples the last response until that expires, and continues to query the responder"
    )
