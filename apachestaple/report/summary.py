"""Counts of what was read and found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class Summary(NamedTuple):
    """The numbers of files, TLS hosts and certificate files that were read, and of findings.

    ``suppressed`` findings are ignored by a comment or for their path, ``baseline`` findings by a
    baseline.
    """

    files: int
    hosts: int
    certificates: int
    errors: int
    warnings: int
    infos: int
    fixable: int
    suppressed: int = 0
    baseline: int = 0


def summarize(
    sites: Sequence[Site], findings: Sequence[Finding], suppressed: int = 0, baseline: int = 0
) -> Summary:
    """Count; a file or certificate that several sites share counts once."""
    severities = [finding.severity for finding in findings]
    return Summary(
        files=len({path for site in sites for path in site.configuration.files}),
        hosts=sum(map(count_hosts, sites)),
        certificates=len({path for site in sites for path in certificate_paths(site)}),
        errors=severities.count(Severity.ERROR),
        warnings=severities.count(Severity.WARNING),
        infos=severities.count(Severity.INFO),
        fixable=sum(finding.remedy is not None for finding in findings),
        suppressed=suppressed,
        baseline=baseline,
    )


def count_hosts(site: Site) -> int:
    """The number of TLS hosts; of a template, those of all that it can become."""
    if not site.alternatives:
        return len(site.tls_hosts)
    hosts = (host for variant in site.variants for host in variant.tls_hosts)
    return len({host.directive and host.directive.line for host in hosts})


def certificate_paths(site: Site) -> set[str]:
    """The certificate files of a site that were read."""
    return {
        certificate.file.path
        for variant in site.variants
        for host in variant.hosts
        for certificate in host.certificates
        if certificate.leaf and certificate.file
    }


def counted(number: int, word: str) -> str:
    """A number with a noun: ``1 file``, ``2 files``."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
