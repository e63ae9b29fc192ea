"""Puts the rules to a site and collects what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.keys import KeyProblem
from apachestaple.lint.spelling import as_meant
from apachestaple.lint.suppressions import is_suppressed
from apachestaple.rules.responder_rule import ResponderRule
from apachestaple.rules.rule import (
    CertificateRule,
    DirectiveRule,
    HostRule,
    KeyRule,
    ObstacleRule,
    ProblemRule,
    ReadErrorRule,
    ReadNoteRule,
    Rule,
    ServerRule,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

# The rules about names and characters that httpd does not know.
_SPELLING = frozenset({"AS101", "AS106"})


def lint(site: Site, rules: Sequence[Rule]) -> list[Finding]:
    """The findings of ``rules``, by file and line, without those that a comment suppresses."""
    if not site.configuration.whole:
        rules = [rule for rule in rules if not rule.needs_whole]
    findings = _one_for_each_fault(site, rules)
    meant = as_meant(site)
    # What follows from a wrong name alone is not said beside it.
    also = findings if meant is None else _one_for_each_fault(meant, rules)
    kept = [
        finding
        for key, finding in findings.items()
        if (finding.rule in _SPELLING or key in also)
        and not is_suppressed(finding.rule, finding.place, site)
    ]
    order = {path: number for number, path in enumerate(site.configuration.files)}
    kept.sort(
        key=lambda finding: (
            order.get(finding.place.file, len(order)),
            finding.place.line,
            finding.place.column,
            finding.rule,
        )
    )
    return kept


def _one_for_each_fault(site: Site, rules: Sequence[Rule]) -> dict[tuple[object, ...], Finding]:
    """The findings; a file that is included twice, or what many hosts inherit, is one fault."""
    findings: dict[tuple[object, ...], Finding] = {}
    for finding in _all_findings(site, rules):
        findings.setdefault((finding.rule, finding.place, finding.certificate), finding)
    return findings


def _all_findings(site: Site, rules: Sequence[Rule]) -> Iterator[Finding]:
    configuration = site.configuration
    # What hardly asks for certificates comes first: they may still be being read.
    yield from _directive_findings(site, [r for r in rules if isinstance(r, DirectiveRule)])
    yield from _host_findings(site, [r for r in rules if isinstance(r, HostRule)])
    for rule in rules:
        match rule:
            case ReadErrorRule():
                for error in configuration.errors:
                    if error.kind in rule.kinds:
                        yield from rule.check(error, site)
            case ReadNoteRule():
                for note in configuration.notes:
                    if note.kind in rule.kinds:
                        yield from rule.check(note, site)
            case ServerRule():
                yield from rule.check(site)
    yield from _certificate_findings(site, rules)
    if site.answers:
        yield from _responder_findings(site, [r for r in rules if isinstance(r, ResponderRule)])


def _host_findings(site: Site, rules: Sequence[HostRule]) -> Iterator[Finding]:
    inherited = site.main.own.keys()
    # Most hosts have the same few settings.
    asking: dict[tuple[str, ...], list[HostRule]] = {}
    for host in site.hosts:
        own = tuple(host.own)
        if own not in asking:
            settings = inherited | host.own.keys()
            asking[own] = [
                r for r in rules if not r.settings or not settings.isdisjoint(r.settings)
            ]
        for rule in asking[own]:
            yield from rule.check(host, site)


def _certificate_findings(site: Site, rules: Sequence[Rule]) -> Iterator[Finding]:
    of_certificates = [rule for rule in rules if isinstance(rule, CertificateRule)]
    of_problems = [rule for rule in rules if isinstance(rule, ProblemRule)]
    of_keys = [rule for rule in rules if isinstance(rule, KeyRule)]
    of_obstacles = {rule.kind: rule for rule in rules if isinstance(rule, ObstacleRule)}
    for host in site.tls_hosts:
        for certificate, obstacle in zip(host.certificates, host.obstacles, strict=True):
            for rule in of_certificates:
                yield from rule.check(certificate, host, site)
            key_problem = site.key_problem(certificate) if of_keys else None
            if key_problem is not None:
                for key_rule in of_keys:
                    if key_problem in key_rule.problems:
                        yield from key_rule.check(key_problem, certificate, host, site)
            leaf, file = certificate.leaf, certificate.file
            if file is not None and file.problem is not None:
                for problem_rule in of_problems:
                    if file.problem in problem_rule.problems:
                        yield from problem_rule.check(certificate, host, site)
            if leaf is not None and leaf.is_ca and key_problem is KeyProblem.OTHER_CERTIFICATE:
                # The issuer stands first in the file; what keeps that from a staple is no matter.
                continue
            if obstacle is not None and leaf is not None and host.staples:
                found = of_obstacles.get(obstacle.kind)
                if found is not None:
                    yield from found.check(certificate, leaf, host, site)


def _responder_findings(site: Site, rules: Sequence[ResponderRule]) -> Iterator[Finding]:
    for host in site.stapling_hosts:
        for certificate in host.certificates:
            answer = site.answer(host, certificate)
            if answer is not None:
                for rule in rules:
                    yield from rule.check(answer, certificate, host)


def _directive_findings(site: Site, rules: Sequence[DirectiveRule]) -> Iterator[Finding]:
    by_name: dict[str, list[DirectiveRule]] = {}
    # By name and arguments as they are written: what is left to ask once one was looked at.
    by_text: dict[tuple[str, str], list[DirectiveRule]] = {}
    for directive in site.ssl_directives:
        written = directive.name, directive.raw
        asking = by_text.get(written)
        if asking is not None:
            for rule in asking:
                yield from rule.check(directive, site)
            continue
        key = directive.key
        if key not in by_name:
            by_name[key] = [rule for rule in rules if rule.asks_for(key)]
        asking = by_text[written] = []
        for rule in by_name[key]:
            findings = list(rule.check(directive, site))
            if findings or not rule.by_text:
                asking.append(rule)
            yield from findings
