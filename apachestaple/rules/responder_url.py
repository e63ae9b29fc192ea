"""What httpd does when it is to ask a responder at a URL that it cannot use."""

from __future__ import annotations

from apachestaple.rules.finding import Effect
from apachestaple.tls.uri import UrlFault


def effect_of(fault: UrlFault) -> Effect:
    """What clients that ask for a status get (stapling_renew_response)."""
    # Where only the host is missing, the query fails as with a responder that is off.
    return Effect.BAD_STAPLE if fault is UrlFault.NO_HOST else Effect.ABORTS_HANDSHAKES


def said_of(url: str, fault: UrlFault) -> str:
    """What is wrong, and what that costs beyond the handshake."""
    if fault is UrlFault.NO_SCHEME:
        return f"{url} {fault}, and the child process that is to ask there crashes"
    if fault is UrlFault.NOT_HTTP:
        return f"{url} {fault}, and httpd asks no other"
    return f"{url} {fault}"
