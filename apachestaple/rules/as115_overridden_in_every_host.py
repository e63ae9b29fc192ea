"""AS115."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.mod_ssl.lines import Lines
from apachestaple.rules.by_hand import DUMP, Check, in_effect, staple
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_HOST = tls_host("SSLUseStapling off")


class OverriddenInEveryHost(ServerRule):
    """Every TLS host overrides this setting of the main server.

    A virtual host that sets a directive does not use the value of the main server. The line only
    takes effect in hosts that are added later.
    """

    code = "AS115"
    severity = Severity.INFO
    effect = Effect.IGNORED
    holds_for_any_value = True
    needs_whole = True
    message = "every TLS host sets its own {written}"
    help = "Remove this line, or the lines in the hosts."
    by_hand = (
        Check(
            f"{DUMP} The host overrides the main server.", in_effect("VirtualHost|SSLUseStapling")
        ),
        Check("Request a staple. httpd sends none.", staple()),
    )
    bad = (Example(CACHE + "SSLUseStapling on\n" + _HOST, as_if=CACHE + _HOST),)
    good = (Example(CACHE + "SSLUseStapling on\n" + tls_host()),)

    def check(self, site: Site) -> Iterator[Finding]:
        if not site.tls_hosts or site.main.is_tls or not site.has_mod_ssl:
            return
        for key, directive in site.main.own.items():
            if key not in STAPLING_DIRECTIVES or any(key not in h.own for h in site.tls_hosts):
                continue
            # The hosts may include the same line.
            if directive not in Lines(host.own[key] for host in site.tls_hosts):
                yield self.finding(
                    directive_subject(directive), written=STAPLING_DIRECTIVES[key].name
                )
