"""Rules about certificates that mod_ssl cannot staple although stapling is on."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from apachestaple.certificates.keys import KeyProblem
from apachestaple.rules.provided import HELP_PROVIDED, provided
from apachestaple.rules.remedy import TurnStapling
from apachestaple.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.mod_ssl.stapling_problem import StaplingProblem, StaplingProblemKind
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.remedy import Remedy

# The variant of the help for a host with another certificate, which is stapled.
OTHER = "other-certificate"
HELP = HELP_PROVIDED | {
    "": "Turn stapling off for this host: SSLUseStapling off.",
    OTHER: "Replace this certificate; the host staples another one.",
}


class UnstaplableRule(Rule, is_kind=True):
    """A rule about certificates with its ``problem``, of hosts with stapling on."""

    rank = 2
    problem: ClassVar[StaplingProblemKind]

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        by_problem = {rule.problem: rule for rule in rules}
        for host in site.stapling_hosts:
            for certificate in host.served:
                leaf, problem = certificate.leaf, host.problem_of(certificate)
                if problem is None or leaf is None or problem.kind not in by_problem:
                    continue
                if certificate not in host.served:
                    continue
                if leaf.is_ca and site.key_problem(certificate) is KeyProblem.OTHER_CERTIFICATE:
                    # The issuer is first in the file, which the rules about keys report.
                    continue
                yield from by_problem[problem.kind].check(problem, certificate, leaf, host, site)

    @abstractmethod
    def check(
        self,
        problem: StaplingProblem,
        certificate: HostCertificate,
        leaf: Certificate,
        host: Host,
        site: Site,
    ) -> Iterator[Finding]:
        """Findings about one certificate of one host."""

    @staticmethod
    def repair(problem: StaplingProblem, host: Host, site: Site) -> Repair:
        """The remedy: provide the chain or URL that the host needs, else turn stapling off.

        There is no remedy if turning stapling off would remove the staple of another certificate.
        """
        given = provided(host, site)
        if given is not None:
            return Repair(given.variant, given.remedy, given.value, given.other)
        if not host.is_hopeless:
            return Repair(OTHER)
        off = TurnStapling(on=False, hosts=(host,), reason=problem.reason)
        return Repair("", off)


class Repair(NamedTuple):
    """The remedy of a finding, the variant of its help text, and the values for its placeholders.

    Attributes:
        variant: the variant of the help text.
        remedy: the remedy, or ``None``.
        value: the value to which the directive is set.
        other: the host that has this value.

    """

    variant: str
    remedy: Remedy | None = None
    value: str = ""
    other: str = ""
