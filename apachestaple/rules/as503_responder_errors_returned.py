"""AS503."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Confidence, Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, ServerRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


class ResponderErrorsReturned(ServerRule):
    """A failing responder's error is stapled.

    With httpd's defaults, clients get tryLater as a staple when the responder fails, and some take
    that for an error; without a staple they would go on. Both SSLStaplingReturnResponderErrors and
    SSLStaplingFakeTryLater must be off. Until the responder answers again, each handshake then
    waits for it, at most SSLStaplingResponderTimeout.
    """

    code = "AS503"
    severity = Severity.INFO
    confidence = Confidence.POSSIBLE
    effect = Effect.BAD_STAPLE
    log_id = "AH01941"
    repair = Repair.SAFE
    needs_whole = True
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="dead-responder"))
    good = Example(
        CACHE
        + tls_host(
            "SSLUseStapling on",
            "SSLStaplingReturnResponderErrors off",
            "SSLStaplingFakeTryLater off",
            certificate="dead-responder",
        )
    )

    def check(self, site: Site) -> Iterator[Finding]:
        """Every directive that says so; where none does, the default, at the first host."""
        by_switch: dict[Directive | None, list[Host]] = {}
        for host in site.stapling_hosts:
            if host.flag("SSLStaplingReturnResponderErrors"):
                switch = host.setting("SSLStaplingReturnResponderErrors")
                by_switch.setdefault(switch, []).append(host)
        for switch, hosts in by_switch.items():
            place = switch or hosts[0].setting("SSLUseStapling")
            if place is None:
                continue
            yield self.finding(
                place.place,
                f"when {_responders(hosts)} fails, clients of {_counted(hosts)} get the error as a "
                "staple",
                "Set SSLStaplingReturnResponderErrors off and SSLStaplingFakeTryLater off.",
                host=hosts[0],
                # What is said by intent is not taken back.
                repairable=switch is None,
            )


def _responders(hosts: Sequence[Host]) -> str:
    """The responder that all the hosts depend on."""
    asked = {host.responder(certificate) for host in hosts for certificate in host.certificates}
    named = [url for url in asked if url]
    return named[0] if len(named) == 1 else "a responder"


def _counted(hosts: Sequence[Host]) -> str:
    return hosts[0].name if len(hosts) == 1 else f"{len(hosts)} hosts"
