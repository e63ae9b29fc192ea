"""AS402."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.ocsp.uri import url_fault
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.responder_url import effect_of, said_of
from apachestaple.rules.rule import CACHE, Example, HostRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


class ForceUrlNotHttp(HostRule):
    """SSLStaplingForceURL is not an http URL.

    mod_ssl accepts any text and aborts the handshake of every client that asks for a status. Where
    the text has no scheme, such as `ocsp.example.com`, the child process crashes, and all its
    connections with it.
    """

    code = "AS402"
    severity = Severity.ERROR
    effect = Effect.ABORTS_HANDSHAKES
    log_id = "AH01940"
    repair = Repair.SAFE
    settings = frozenset({"sslstaplingforceurl"})
    bad = Example(
        CACHE + tls_host("SSLUseStapling on", "SSLStaplingForceURL https://ocsp.example.com/")
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Hosts with stapling that it holds for."""
        directive = host.setting("SSLStaplingForceURL")
        if directive is None or not host.staples or not host.force_url:
            return
        fault = url_fault(host.force_url)
        if fault is None or has_web_characters(directive.raw):
            return
        yield self.finding(
            directive.place,
            said_of(host.force_url, fault),
            "Give an http:// URL, or remove it.",
            host=host,
            effect=effect_of(fault, host),
            log_id=fault.log_id,
        )
