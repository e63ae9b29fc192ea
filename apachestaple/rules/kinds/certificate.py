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
        # Certificates of one authority usually have the same facts and chain.
        asking: dict[tuple[object, ...], list[Self]] = {}
        for host in site.tls_hosts:
            is_only = len(host.certificates) == 1
            for certificate in host.certificates:
                leaf, file = certificate.leaf, certificate.file
                if leaf is None or file is None:
                    continue
                alike = id(leaf.facts), id(file.chain), certificate.issuer_found, is_only
                if alike not in asking:
                    asking[alike] = [r for r in rules if r.asks_for(certificate, leaf, host, site)]
                for rule in asking[alike]:
                    yield from rule.check(certificate, leaf, host, site)

    def asks_for(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> bool:
        """Whether it checks certificates like this one.

        They have the same facts and chain, and their hosts also find the issuer, or do not; and
        have one certificate, or several.
        """
        del certificate, leaf, host, site
        return True

    @abstractmethod
    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        """Findings about one certificate of one host."""
