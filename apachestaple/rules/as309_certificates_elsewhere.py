"""AS309."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.pem import Problem
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, ServerRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site


class CertificatesElsewhere(ServerRule):
    """Certificates of the configuration are not on this machine.

    In a repository of configurations that is the normal case; what the certificates decide is then
    left unsaid.
    """

    code = "AS309"
    severity = Severity.INFO
    effect = Effect.ADVICE
    bad = Example(CACHE + tls_host("SSLUseStapling on", certificate="elsewhere", key="good"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, site: Site) -> Iterator[Finding]:
        """Once, at the first of them."""
        if site.certificates_required:
            return
        missing = {
            certificate.name: (certificate, host)
            for host in reversed(site.tls_hosts)
            for certificate in reversed(host.certificates)
            if certificate.file and certificate.file.problem is Problem.MISSING
        }
        if not missing:
            return
        certificate, host = list(missing.values())[-1]
        count = len(missing)
        others = "" if count == 1 else f" and {count - 1} more"
        yield self.finding(
            certificate.directive.place,
            f"{certificate.name}{others}: not on this machine, so not looked at",
            "Say where they are with --root DIR or --map FROM=TO.",
            host=host,
            certificate=certificate,
        )
