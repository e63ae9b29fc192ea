"""AS114."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, tls_host
from apachestaple.tls.directives import STAPLING_DIRECTIVES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.tls.hosts import Host
    from apachestaple.tls.site import Site


class SetTwice(HostRule):
    """A stapling directive is set more than once in one host, and only the last one counts."""

    code = "AS114"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    bad = Example(
        CACHE + tls_host("SSLUseStapling on", "SSLUseStapling off"),
        as_if=CACHE + tls_host("SSLUseStapling off"),
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Each that another one overrides; the same value twice is an information."""
        for directive in host.overridden:
            last = host.own[directive.key]
            # A line that several hosts include may be right for the others.
            if last.place == directive.place or site.is_in_force(directive):
                continue
            same = [word.lower() for word in last.arguments] == [
                word.lower() for word in directive.arguments
            ]
            yield self.finding(
                directive.place,
                f"{STAPLING_DIRECTIVES[directive.key].name} is set again in {last.file} line "
                f"{last.line}, and only that counts",
                "Remove one of them.",
                host=host,
                severity=Severity.INFO if same else None,
            )
