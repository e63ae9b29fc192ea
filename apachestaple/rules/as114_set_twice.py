"""AS114."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.remedy import RemoveDirective
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_INCLUDED = "included"


class SetTwice(HostRule):
    """A stapling directive is set more than once for a host, and only the last one is used.

    A line that several hosts include, or have from a macro, is only reported if it is overridden in
    each of them. It is then an information, because it may be the default for further hosts.
    """

    code = "AS114"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    fix = Fix.SAFE
    message = {
        "": "{written} is set again in {file}:{line}, and httpd uses that one",
        _INCLUDED: "each host that includes {written} overrides it, as in {file}:{line}",
    }
    help = {
        "": "Remove this line; the later one in {file}:{line} is used.",
        _INCLUDED: "Remove this line, or keep it as the default for further hosts.",
    }
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLUseStapling off"),
            as_if=CACHE + tls_host("SSLUseStapling off"),
        ),
        Example(
            CACHE + tls_host("SSLUseStapling off", "SSLUseStapling Off"),
            as_if=CACHE + tls_host("SSLUseStapling off"),
            severity=Severity.INFO,
        ),
        Example(
            CACHE + tls_host("Include tls.conf", "SSLUseStapling off"),
            files={"tls.conf": "SSLUseStapling on\n"},
            as_if=CACHE + tls_host("SSLUseStapling off"),
            severity=Severity.INFO,
            fixable=False,
        ),
    )
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling on")))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        for directive in host.overridden:
            last = host.own[directive.key]
            if not _is_idle(directive, last, site):
                continue
            same = [word.lower() for word in last.arguments] == [
                word.lower() for word in directive.arguments
            ]
            is_included = _is_included(directive, last, host)
            remedy = None
            if _is_right_before(directive, last):
                reason = f"only the last {directive.name} is used"
                remedy = RemoveDirective(directive=directive, reason=reason)
            yield self.finding(
                directive_subject(directive),
                hosts=(host,),
                variant=_INCLUDED if is_included else "",
                severity=Severity.INFO if same or is_included else None,
                remedy=remedy,
                written=directive.name,
                file=os.path.basename(last.file),
                line=last.line,
            )


def _is_idle(directive: Directive, last: Directive, site: Site) -> bool:
    """Whether the line of an overridden directive has no effect; several hosts may include it."""
    known = COMMANDS[directive.key]
    if last.place == directive.place or directive in site.in_force.stapling:
        return False
    # If httpd rejects one of them, another rule reports that.
    return not (known.problem(directive.arguments) or known.problem(last.arguments))


def _is_included(directive: Directive, last: Directive, host: Host) -> bool:
    """Whether a host overrides, with a line of its own, one that it includes."""
    section = host.section
    return section is not None and directive.source != section.source == last.source


def _is_right_before(directive: Directive, last: Directive) -> bool:
    """Whether no section begins or ends between two lines, so both are under one condition."""
    file = directive.source_file
    if file is not last.source_file or directive.line >= last.line:
        return False
    return not file.has_section_between(directive.end_line + 1, last.line - 1)
