"""Selects the findings about a template that do not depend on its conditions and values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.lint.joining import same_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


def in_every_variant(
    site: Site, findings_of: Callable[[Site], Iterable[Finding]]
) -> Iterator[Finding]:
    """The findings about a site.

    Of a template, those that are made in all its variants that contain their line. They have no
    remedy, because ``fix`` does not edit templates.
    """
    if not site.configuration.is_template:
        yield from findings_of(site)
        return
    variants = [(each, _by_problem(findings_of(each))) for each in (site, *site.alternatives)]
    told: set[Hashable] = set()
    for _, findings in variants:
        for key, found in findings.items():
            if key in told:
                continue
            told.add(key)
            if all(key in others or not _has(other, found[0]) for other, others in variants):
                yield from (finding._replace(remedy=None) for finding in found)


def _by_problem(findings: Iterable[Finding]) -> dict[Hashable, list[Finding]]:
    found: dict[Hashable, list[Finding]] = {}
    for finding in findings:
        found.setdefault(same_problem(finding), []).append(finding)
    return found


def _has(variant: Site, finding: Finding) -> bool:
    """Whether a variant contains the line of a finding."""
    file = variant.configuration.files.get(finding.place.file)
    return file is None or file.has_line(finding.place.line)
