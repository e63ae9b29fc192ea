"""AS503."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Confidence, Effect, Fix, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.remedy import HideResponderErrors
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject, server_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class ResponderErrorsReturned(ServerRule):
    """httpd staples the errors of responders.

    With httpd's defaults, clients get tryLater as a staple if the responder fails. Some clients
    treat that as an error, but accept a handshake without a staple. To avoid this, both
    SSLStaplingReturnResponderErrors and SSLStaplingFakeTryLater must be off. Until the responder
    answers again, each handshake then waits for it, for at most SSLStaplingResponderTimeout.
    """

    code = "AS503"
    severity = Severity.INFO
    confidence = Confidence.POSSIBLE
    effect = Effect.BAD_STAPLE
    log_id = "AH01941"
    fix = Fix.SAFE
    needs_whole = True
    message = "if a responder fails, clients get its error as a staple"
    help = "Set SSLStaplingReturnResponderErrors off and SSLStaplingFakeTryLater off."
    repair = "`fix` sets both switches off."
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="dead-responder")),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLStaplingReturnResponderErrors on",
                certificate="dead-responder",
            )
        ),
    )
    good = (
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLStaplingReturnResponderErrors off",
                "SSLStaplingFakeTryLater off",
                certificate="dead-responder",
            )
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        # An ignore comment at the line that turns stapling on only applies to the hosts of that
        # line. Without such comments, all hosts are in one finding.
        annotated = site.annotated_files
        groups: dict[tuple[Directive | None, Directive | None], list[Host]] = {}
        for host in site.stapling_hosts:
            if not host.asks_responders:
                continue
            switch = host.setting("SSLStaplingReturnResponderErrors")
            use = host.setting("SSLUseStapling") if annotated else None
            own_line = use if use and use.file in annotated else None
            groups.setdefault((switch, own_line), []).append(host)
        for (switch, _), hosts in groups.items():
            if not hosts[0].flag("SSLStaplingReturnResponderErrors"):
                continue
            use = hosts[0].setting("SSLUseStapling")
            # A directive that was set on purpose is not changed.
            remedy = None if switch else HideResponderErrors(hosts=tuple(hosts))
            yield self.finding(
                directive_subject(switch) if switch else server_subject(site),
                place=None if switch or use is None else use.place,
                hosts=hosts,
                remedy=remedy,
            )
