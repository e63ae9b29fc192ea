"""Messages and effects for responder URLs that httpd cannot use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.ocsp.uri import UrlProblem
from apachestaple.rules.finding import Effect
from apachestaple.rules.rule import effect_of_no_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apachestaple.mod_ssl.hosts import Host

# The variant is the problem of the URL.
URL_MESSAGES: Mapping[str, str] = {
    UrlProblem.UNPARSED: "{url} cannot be parsed",
    UrlProblem.NO_SCHEME: "{url} has no scheme, and the child process that uses it crashes",
    UrlProblem.NOT_HTTP: "{url} is not an http URL, and httpd uses no other URL",
    UrlProblem.NO_HOST: "{url} has no host name",
}


def effect_of(problem: UrlProblem, host: Host | None = None) -> Effect:
    """The effect on clients that request a staple (stapling_renew_response).

    Without a host, it is the effect by default.
    """
    # If only the host name is missing, the query fails like one to a responder that is down.
    if problem is UrlProblem.NO_HOST:
        return effect_of_no_answer(host) if host else Effect.BAD_STAPLE
    return Effect.ABORTS_HANDSHAKES
