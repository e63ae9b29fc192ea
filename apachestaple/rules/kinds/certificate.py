"""Rules about certificates, whether or not stapling is on."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from apachestaple.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class CertificateRule(Rule, is_kind=True):
    """A rule about every certificate of every TLS host that could be read."""

    rank = 2

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        for host in site.tls_hosts:
            for certificate in host.certificates:
                leaf = certificate.leaf
                if leaf is not None:
                    for rule in rules:
                        yield from rule.check(certificate, leaf, host, site)

    @abstractmethod
    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        """Findings about one certificate of one host."""
