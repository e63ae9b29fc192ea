"""How much was read, and how much was found in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


@dataclass(frozen=True, slots=True)
class Summary:
    """Numbers of files, TLS hosts and certificate files that were read, and of findings."""

    files: int
    hosts: int
    certificates: int
    errors: int
    warnings: int
    infos: int
    fixable: int


def summarize(sites: Sequence[Site], findings: Sequence[Finding]) -> Summary:
    """The numbers; a file or certificate that several sites share counts once."""
    severities = [finding.severity for finding in findings]
    return Summary(
        files=len({path for site in sites for path in site.configuration.files}),
        hosts=sum(len(site.tls_hosts) for site in sites),
        certificates=len(
            {
                certificate.file.path
                for site in sites
                for host in site.hosts
                for certificate in host.known_certificates
                if certificate.file
            }
        ),
        errors=severities.count(Severity.ERROR),
        warnings=severities.count(Severity.WARNING),
        infos=severities.count(Severity.INFO),
        fixable=sum(finding.repair is not None for finding in findings),
    )


def counted(number: int, word: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
