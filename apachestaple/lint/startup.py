"""Whether httpd starts with a configuration, as far as findings tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.staples import Prospect, prospect
from apachestaple.rules.finding import Confidence, Effect, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

PREVENTS_START = frozenset({Effect.REJECTED, Effect.DOES_NOT_START})


def start_problems(findings: Iterable[Finding]) -> Mapping[str, Finding]:
    """For each configuration with which httpd does not start, by main file, the worst finding."""
    found: dict[str, Finding] = {}
    for finding in findings:
        if finding.effect not in PREVENTS_START or finding.confidence is Confidence.POSSIBLE:
            continue
        known = found.get(finding.configuration)
        if known is None or finding.severity.rank < known.severity.rank:
            found[finding.configuration] = finding
    return found


def expected_staple(host: Host, site: Site, problems: Mapping[str, Finding]) -> Prospect:
    """Whether clients of a host get a staple; none where httpd does not start.

    A warning leaves it open, since httpd may start all the same.
    """
    expected = prospect(host, site)
    if (
        expected.staples
        and not site.configuration.is_complete
        and not site.caches
        and host.use_stapling
    ):
        return Prospect(
            None,
            f"{expected.why} if SSLStaplingCache, which is not set in this part of the "
            "configuration, is set in another one",
        )
    problem = problems.get(site.configuration.name) if site.configuration.whole else None
    if problem is None or expected.staples is False:
        return expected
    staples = False if problem.severity is Severity.ERROR else None
    return Prospect(staples, f"httpd does not start: {problem.message} ({problem.code})")
