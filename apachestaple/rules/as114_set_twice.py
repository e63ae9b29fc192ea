"""AS114."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


class SetTwice(HostRule):
    """A stapling directive is set more than once in one host, and only the last one counts."""

    code = "AS114"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    repair = Repair.SAFE
    bad = Example(
        CACHE + tls_host("SSLUseStapling on", "SSLUseStapling off"),
        as_if=CACHE + tls_host("SSLUseStapling off"),
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Each that another one overrides; the same value twice is an information."""
        for directive in host.overridden:
            if not is_idle(directive, host, site):
                continue
            last = host.own[directive.key]
            same = [word.lower() for word in last.arguments] == [
                word.lower() for word in directive.arguments
            ]
            yield self.finding(
                directive.place,
                f"{directive.name} is set again in {last.file} line {last.line}, and only that "
                "counts",
                "Remove one of them.",
                host=host,
                severity=Severity.INFO if same else None,
                repairable=is_right_before(directive, last),
            )


def is_idle(directive: Directive, host: Host, site: Site) -> bool:
    """Whether the line of an overridden directive has no effect; several hosts may include it."""
    last, known = host.own[directive.key], STAPLING_DIRECTIVES[directive.key]
    if last.place == directive.place or site.is_in_force(directive):
        return False
    # httpd does not get so far where it rejects one of them.
    return not (known.fault(directive.arguments) or known.fault(last.arguments))


def is_right_before(directive: Directive, last: Directive) -> bool:
    """Whether no section begins or ends between two lines, and so no condition decides on one."""
    file = directive.source_file
    if file is not last.source_file or directive.line >= last.line:
        return False
    between = file.physical_lines(directive.end_line + 1, last.line - 1)
    return not any(line.lstrip().startswith("<") for line in between)
