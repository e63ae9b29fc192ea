"""Rules about certificates that mod_ssl cannot staple."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from apachestaple.certificates.keys import KeyProblem
from apachestaple.rules.finding import Effect
from apachestaple.rules.provided import HELP_PROVIDED, provided
from apachestaple.rules.remedy import TURNED_OFF, TurnStapling
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
    from apachestaple.rules.subject import Subject

# The variant of the help for a host with another certificate, which is stapled.
OTHER = "other-certificate"
HELP = HELP_PROVIDED | {
    "": "Turn stapling off for this host: SSLUseStapling off.",
    OTHER: "Replace this certificate; the host staples another one.",
}
# Of a certificate whose own OCSP URI cannot be used.
REPAIR = (
    "If another host with this certificate or issuer has an SSLStaplingForceURL, `fix` sets the "
    f"same. Otherwise `fix` {TURNED_OFF}"
)


class UnstaplableRule(Rule, is_kind=True):
    """A rule about certificates with its ``problem``, of hosts with stapling on.

    `check_off` is called with the other hosts with TLS.
    """

    rank = 2
    problem: ClassVar[StaplingProblemKind]

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        by_problem = {rule.problem: rule for rule in rules}
        # Most rules have nothing to say about hosts with stapling off.
        of_off = [rule for rule in rules if type(rule).check_off is not UnstaplableRule.check_off]
        for host in site.tls_hosts:
            if not host.staples:
                for rule in of_off:
                    yield from rule.check_off(host, site)
                continue
            for certificate in host.served:
                leaf, problem = certificate.leaf, host.problem_of(certificate)
                if problem is None or leaf is None or problem.kind not in by_problem:
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

    def check_off(self, _host: Host, _site: Site) -> Iterator[Finding]:
        """Findings about the certificates of a host with stapling off."""
        return iter(())

    def unstapled(
        self,
        subject: Subject,
        problem: StaplingProblem,
        certificate: HostCertificate,
        host: Host,
        site: Site,
        *,
        prefix: str = "",
        sharing: Sequence[Host] = (),
        effect: Effect | None = None,
        log_id: str | None = None,
        **facts: object,
    ) -> Finding:
        """A finding with its remedy; the texts may use {value} and {other} as well.

        The remedy provides the chain or URL that the host needs, else it turns stapling off. There
        is none if that would remove the staple of another certificate, unless handshakes with this
        one are aborted. ``prefix`` begins the variant, ``sharing`` are further affected hosts.
        """
        remedy: Remedy | None = None
        variant, value, other = OTHER, "", ""
        given = provided(host, site)
        if given is not None:
            remedy, variant, value, other = given
        elif host.is_hopeless or _is_worse_than_none(effect or self.effect, host):
            remedy, variant = TurnStapling(on=False, hosts=(host,), reason=problem.reason), ""
        finding = self.finding(
            subject,
            variant=f"{prefix}{variant}",
            hosts=(host, *sharing),
            certificate=certificate,
            effect=effect,
            log_id=log_id,
            remedy=remedy,
        )
        return finding._replace(facts={"value": value, "other": other, **facts})


def _is_worse_than_none(effect: Effect, host: Host) -> bool:
    """Whether a host that staples another certificate should rather staple none."""
    stapled = (each.leaf for each in host.served if host.problem_of(each) is None)
    needs_staple = any(leaf is not None and leaf.must_staple for leaf in stapled)
    return effect is Effect.ABORTS_HANDSHAKES and not needs_staple
