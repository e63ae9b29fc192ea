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
            last, known = host.own[directive.key], STAPLING_DIRECTIVES[directive.key]
            if last.place == directive.place:
                continue
            # httpd does not get so far where it rejects one of them.
            if known.fault(directive.arguments) or known.fault(last.arguments):
                continue
            same = [word.lower() for word in last.arguments] == [
                word.lower() for word in directive.arguments
            ]
            yield self.finding(
                directive.place,
                f"{known.name} is set again in {last.file} line {last.line}, and only that counts",
                "Remove one of them.",
                host=host,
                severity=Severity.INFO if same else None,
            )
