"""AS309."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.pem import Problem
from apachestaple.mod_ssl.responders import certificate_path
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import server_subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class CertificatesElsewhere(ServerRule):
    """Certificates of the configuration are not on this machine, or not in the repository.

    In a repository of configurations this is normal. Rules about certificates then have nothing to
    check. A certificate outside of the repository is not opened: a proposed change could name any
    file of this machine.
    """

    code = "AS309"
    severity = Severity.INFO
    effect = Effect.ADVICE
    message = {
        "": "{certificates} not found, so {they} not checked (looked for {here})",
        "outside": "{certificates} not in {boundary}, so {they} not read",
    }
    help = "Name the folder that holds the server's files with --root DIR or --map FROM=TO."
    by_hand = (Check("On the server, see whether the file exists.", "ls certs/elsewhere.pem"),)
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", certificate="elsewhere", key="good")),
        Example(
            CACHE
            + tls_host("SSLUseStapling on", certificate="elsewhere", key="good")
            + tls_host(certificate="nowhere", key="good", name="b.example.com")
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, site: Site) -> Iterator[Finding]:
        unread = {Problem.OUTSIDE}
        if not site.certificates_required:
            unread.add(Problem.MISSING)
        missing: dict[str, HostCertificate] = {}
        hosts: dict[Host, None] = {}
        for host in site.tls_hosts:
            for certificate in host.certificates:
                if certificate.file and certificate.file.problem in unread:
                    missing.setdefault(certificate.name, certificate)
                    hosts[host] = None
        if not missing:
            return
        first = next(iter(missing.values()))
        is_outside = first.file is not None and first.file.problem is Problem.OUTSIDE
        boundary = site.configuration.paths.boundary
        finding = self.finding(
            # Those of all servers are one finding.
            server_subject(site)._replace(identity=("certificates elsewhere",)),
            variant="outside" if is_outside else "",
            place=first.directive.place,
            hosts=hosts,
            certificate=first if len(missing) == 1 else None,
            here=certificate_path(first),
            boundary=boundary.name if boundary else "/",
        )
        yield finding._replace(facts={**finding.facts, **_counted(first.name, len(missing))})

    def joined_facts(self, facts: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
        number = sum(int(str(each["number"])) for each in facts)
        return {**facts[0], **_counted(str(facts[0]["path"]), number)}


def _counted(path: str, number: int) -> dict[str, object]:
    """The facts about a number of certificates, of which the first has this path."""
    more = f"{number - 1:,} more certificate{'s' if number > 2 else ''}"
    return {
        "path": path,
        "number": number,
        "certificates": path if number == 1 else f"{path} and {more}",
        "they": "this certificate was" if number == 1 else "they were",
    }
