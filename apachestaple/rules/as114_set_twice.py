"""AS114."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.rules.by_hand import DUMP, Check, in_effect, staple
from apachestaple.rules.cache_remedy import can_replace
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.reason_comment import reason_above
from apachestaple.rules.remedy import RemoveDirective
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_SAME = "same"
_INCLUDED = "included"


class SetTwice(HostRule):
    """A stapling directive is set more than once for a host, and only the last one is used.

    A line that several hosts include, or get from a macro, is only reported if each of them
    overrides it. The severity is then info, because the line may be the default for other hosts.
    """

    code = "AS114"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    holds_for_any_value = True
    fix = Fix.SAFE
    message = {
        "": "{written} is set again in {file}:{line}, and httpd uses that one",
        _SAME: "{written} is set again in {file}:{line}, to the same value",
        _INCLUDED: "each host that includes {written} overrides it, as in {file}:{line}",
    }
    help = {
        "": "Remove this line; the later one in {file}:{line} is used.",
        _SAME: "Remove one of the two lines.",
        _INCLUDED: "Remove this line, or keep it as the default for other hosts.",
    }
    repair = (
        "`fix` removes the line that httpd does not use. It keeps the line if httpd may use it "
        "elsewhere: under another condition, or in another host that includes it."
    )
    by_hand = (
        Check(f"{DUMP} The directive is listed twice.", in_effect("SSLUseStapling")),
        Check("Request a staple. httpd uses the last one, which is off.", staple()),
    )
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
            CACHE + "SSLUseStapling on\nInclude tls.conf\n" + tls_host(),
            files={"tls.conf": "SSLUseStapling On\n"},
            as_if=CACHE + "SSLUseStapling on\n" + tls_host(),
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

    @classmethod
    def asks_for(cls, host: Host, site: Site) -> bool:
        return bool(host.overridden) and super().asks_for(host, site)

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        for directive in host.overridden:
            last = host.own[directive.key]
            if not _is_idle(directive, last, site):
                continue
            is_included = _is_included(directive, last, host)
            is_same = _is_same(directive, last) and not is_included
            removed = None if is_included else _superfluous(directive, last, host, site)
            remedy = None
            if removed is not None:
                reason = f"{directive.name} removed, as only the last one is used"
                if removed is last:
                    file = os.path.basename(directive.file)
                    reason = f"{directive.name} removed, as {file} sets the same value"
                remedy = RemoveDirective(directive=removed, reason=reason)
            yield self.finding(
                directive_subject(directive),
                hosts=(host,),
                variant=_INCLUDED if is_included else _SAME if is_same else "",
                severity=Severity.INFO if is_same or is_included else None,
                remedy=remedy,
                written=directive.name,
                file=os.path.basename(last.file),
                line=last.line,
                used_instead=last,
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


def _is_same(one: Directive, other: Directive) -> bool:
    return [word.lower() for word in one.arguments] == [word.lower() for word in other.arguments]


def _superfluous(directive: Directive, last: Directive, host: Host, site: Site) -> Directive | None:
    """The line of the two that can be removed, whatever the other files and conditions are."""
    is_plain = not (_may_vary(directive) or _may_vary(last))
    if directive.source_file is last.source_file:
        is_overridden = directive.line < last.line and can_replace(last, directive, site)
        in_macro = directive.in_macro or last.in_macro
        if not is_overridden or (in_macro and not _is_adjacent(directive, last)):
            return None
        # The comment of fix above the first of two equal lines is for both.
        return last if _is_copy_of_fix(directive, last) else directive
    if not (host.is_main and is_plain and _is_same(directive, last)):
        return None
    kept = [last] if last in site.in_force.of_virtual_hosts else [last, directive]
    kept.sort(key=lambda each: _has_better_place(each, site), reverse=True)
    for each in kept:
        other = directive if each is last else last
        if can_replace(each, other, site):
            return other
    return None


def _is_copy_of_fix(directive: Directive, last: Directive) -> bool:
    """Whether a line repeats the line of ``fix`` directly above it."""
    is_below = last.position == directive.position + 1 and _is_same(directive, last)
    return is_below and reason_above(directive) is not None


def _is_adjacent(directive: Directive, last: Directive) -> bool:
    """Whether no section begins or ends between two lines of a file."""
    return not directive.source_file.has_section_between(directive.end_line + 1, last.line - 1)


def _may_vary(directive: Directive) -> bool:
    """Whether the value of the line can be another one elsewhere."""
    return directive.in_macro or "${" in directive.source_file.lines.text[directive.position]


def _has_better_place(directive: Directive, site: Site) -> tuple[bool, bool]:
    """Whether its file is not that of a site, and is the file of the cache."""
    caches = {each.source_file.real_path for each in site.caches}
    is_always_read = site.configuration.dependences.site_file(directive) is None
    return is_always_read, directive.source_file.real_path in caches
