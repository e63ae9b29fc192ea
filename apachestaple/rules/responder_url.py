"""What httpd does when it is to ask a responder at a URL that it cannot use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.ocsp.uri import UrlFault
from apachestaple.rules.finding import Effect
from apachestaple.rules.rule import effect_of_no_answer

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host


def effect_of(fault: UrlFault, host: Host | None = None) -> Effect:
    """What clients that ask for a status get (stapling_renew_response).

    Without a host, it is what they get by default.
    """
    # Where only the host is missing, the query fails as with a responder that is off.
    if fault is UrlFault.NO_HOST:
        return effect_of_no_answer(host) if host else Effect.BAD_STAPLE
    return Effect.ABORTS_HANDSHAKES


def said_of(url: str, fault: UrlFault) -> str:
    """What is wrong, and what that costs beyond the handshake."""
    if fault is UrlFault.NO_SCHEME:
        return f"{url} {fault}, and the child process that is to ask there crashes"
    if fault is UrlFault.NOT_HTTP:
        return f"{url} {fault}, and httpd asks no other"
    return f"{url} {fault}"
