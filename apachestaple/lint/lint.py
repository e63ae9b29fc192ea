"""Applies rules to sites. Only this function makes findings."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.configuration import Directive
from apachestaple.lint.advice import with_advice
from apachestaple.lint.alternatives import in_every_variant
from apachestaple.lint.focus import is_in_focus
from apachestaple.lint.joining import in_hosts, joined, same_problem
from apachestaple.lint.spelling import spelt_right
from apachestaple.lint.suppressions import Suppressions
from apachestaple.mod_ssl.lookups import end_lookups

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from apachestaple.mod_ssl.site import Site
    from apachestaple.ocsp.query import Answer, Query
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.rule import Rule

_NO_ANSWERS: Mapping[Query, Answer] = MappingProxyType({})


class LintResult(NamedTuple):
    """The result of lint.

    Attributes:
        findings: findings, sorted by file and line.
        suppressed: number of findings that a comment suppresses.

    """

    findings: tuple[Finding, ...]
    suppressed: int = 0


def lint(
    sites: Sequence[Site], rules: Sequence[Rule], answers: Mapping[Query, Answer] = _NO_ANSWERS
) -> LintResult:
    """The findings of ``rules`` about all sites, joined.

    ``answers`` are the answers of OCSP responders, if they were queried.
    """
    found, silent = _separate(sites, rules, answers)
    findings = joined(found)
    order: dict[str, int] = {}
    for site in sites:
        for path in site.configuration.files:
            order.setdefault(path, len(order))
    findings.sort(
        key=lambda finding: (
            order.get(finding.place.file, len(order)),
            finding.place.line,
            finding.place.column,
            finding.code,
        )
    )
    return LintResult(tuple(with_advice(findings, sites)), len(joined(silent)))


def separate_findings(
    sites: Sequence[Site], rules: Sequence[Rule], answers: Mapping[Query, Answer] = _NO_ANSWERS
) -> Sequence[Finding]:
    """The findings that no comment suppresses, one for each place."""
    return _separate(sites, rules, answers)[0]


def _separate(
    sites: Sequence[Site], rules: Sequence[Rule], answers: Mapping[Query, Answer]
) -> tuple[list[Finding], list[Finding]]:
    """The findings, and those that comments suppress, which are not joined yet."""
    made = {query: answer for query, answer in answers.items() if answer.not_asked is None}
    found: list[Finding] = []
    silent: list[Finding] = []
    suppressions = Suppressions(rules, has_answers=bool(made))
    for site in sites:
        for finding in in_every_variant(site, partial(_findings, rules=rules, answers=made)):
            suppressed = suppressions.suppress(finding, site)
            if is_in_focus(finding, site):
                (silent if suppressed else found).append(finding)
        if len(sites) > 1:
            site.release()
    found += suppressions.findings(sites)
    return found, silent


def _findings(
    site: Site, rules: Sequence[Rule], answers: Mapping[Query, Answer]
) -> Iterator[Finding]:
    """The findings about one site, not joined, because comments suppress them by line."""
    if answers:
        site = site.answered(answers)
    if not site.configuration.is_complete:
        rules = [rule for rule in rules if not rule.needs_whole]
    findings = [finding for finding in _by_kind(site, rules) if _is_known(finding, site)]
    others = {id(finding.rule) for finding in findings if not finding.rule.is_spelling}
    right = spelt_right(site) if others else None
    if right is not None:
        # Findings that only follow from a misspelt name are dropped.
        needed = [rule for rule in rules if id(rule) in others]
        also = {same_problem(finding) for finding in _by_kind(right, needed)}
        end_lookups(right.hosts)
        findings = [f for f in findings if f.rule.is_spelling or same_problem(f) in also]
    return in_hosts(findings, site)


def _is_known(finding: Finding, site: Site) -> bool:
    """Whether a finding does not depend on what another part of the configuration defines."""
    thing = finding.subject.thing
    if site.configuration.whole or finding.rule.holds_for_any_value:
        return True
    return not isinstance(thing, Directive) or not site.configuration.is_unknown(thing)


def _by_kind(site: Site, rules: Sequence[Rule]) -> Iterator[Finding]:
    kinds: dict[type[Rule], list[Rule]] = {}
    for rule in rules:
        kinds.setdefault(rule.kind, []).append(rule)
    for kind in sorted(kinds, key=lambda kind: kind.rank):
        yield from kind.findings(kinds[kind], site)
