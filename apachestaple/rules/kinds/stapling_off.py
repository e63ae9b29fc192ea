"""Rules about hosts whose stapling is off, although on would give some clients a staple."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.provided import turned_on
from apachestaple.rules.reason_comment import reason_above
from apachestaple.rules.subject import directive_subject, host_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class StaplingOffRule(HostRule):
    """A rule about hosts whose stapling is off, whose remedy is to turn it on.

    Attributes:
        reason: the reason of the remedy.

    """

    severity = Severity.INFO
    effect = Effect.NO_STAPLE
    fix = Fix.SAFE
    needs_whole = True
    wants_stapling = True
    tls = True
    staples = False
    reason: str

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        facts = None if host.mod_md_staples else self.facts(host, site)
        if facts is None:
            return
        switch = host.setting("SSLUseStapling")
        if switch is not None and first_argument(switch).lower() != "off":
            return
        if switch is not None and reason_above(switch) is not None:
            # An off of fix, which is no longer needed (AS132).
            return
        yield self.finding(
            directive_subject(switch) if switch else host_subject(host, site),
            place=None if switch or host.section else host.certificates[0].directive.place,
            hosts=(host,),
            # The administrator has turned stapling off, so only --unsafe turns it on.
            remedy=turned_on(host, site, safe=switch is None, reason=self.reason),
            **facts,
        )

    @abstractmethod
    def facts(self, host: Host, site: Site) -> dict[str, Any] | None:
        """The facts of the message, or ``None`` if the rule does not apply to the host."""
