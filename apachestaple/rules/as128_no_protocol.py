"""AS128."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.arguments import enabled_protocols
from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import value_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class NoProtocol(HostRule):
    """SSLProtocol leaves a host no protocol.

    httpd starts from an empty set, adds each protocol with `+` or `all`, and removes those with
    `-`. `SSLProtocol -SSLv3` therefore enables nothing. `httpd -t` passes, and the server exits.
    """

    code = "AS128"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH02231"
    settings = frozenset({"sslprotocol"})
    tls = True
    message = "SSLProtocol {written} enables no protocol"
    help = "Begin with all, as in SSLProtocol all -TLSv1 -TLSv1.1."
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", "SSLProtocol -all")),
        Example("SSLProtocol -SSLv2 -SSLv3\n" + CACHE + tls_host("SSLUseStapling on")),
        Example(CACHE + tls_host("SSLUseStapling on", "SSLProtocol")),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on", "SSLProtocol all -TLSv1.1")),)

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        directive = host.setting("SSLProtocol")
        if directive is None or "${" in directive.raw:
            return
        words = directive.arguments
        if COMMANDS["sslprotocol"].problem(words) is None and not enabled_protocols(words):
            yield self.finding(
                value_subject(directive), hosts=(host,), written=" ".join(words) or "without words"
            )
