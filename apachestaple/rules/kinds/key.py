"""Rules about private keys that cannot be used with their certificate."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from apachestaple.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from apachestaple.certificates.keys import KeyProblem
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class KeyRule(Rule, is_kind=True):
    """A rule about certificates whose private key has one of its ``problems``."""

    rank = 2
    problems: ClassVar[frozenset[KeyProblem]]

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        for host in site.tls_hosts:
            for certificate in host.certificates:
                problem = site.key_problem(certificate)
                if problem is not None:
                    for rule in rules:
                        if problem in rule.problems:
                            yield from rule.check(problem, certificate, host, site)

    @abstractmethod
    def check(
        self, problem: KeyProblem, certificate: HostCertificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        """Findings about the key of one certificate of one host."""
