"""What httpd does with the URL of a responder that it cannot ask."""

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
    UrlProblem.NOT_HTTP: "{url} is not an http URL, and httpd asks no other one",
    UrlProblem.NO_HOST: "{url} names no host",
}


def effect_of(problem: UrlProblem, host: Host | None = None) -> Effect:
    """What clients that ask for a staple get (stapling_renew_response).

    Without a host, it is what they get by default.
    """
    # Where only the host is missing, the query fails as with a responder that is off.
    if problem is UrlProblem.NO_HOST:
        return effect_of_no_answer(host) if host else Effect.BAD_STAPLE
    return Effect.ABORTS_HANDSHAKES
