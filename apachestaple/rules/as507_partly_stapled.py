"""AS507."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.provided import some_staple, turned_on
from apachestaple.rules.remedy import TurnStapling
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject, host_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.remedy import Remedy

_RSA = (
    "SSLCertificateFile certs/rsa-no-ocsp.pem",
    "SSLCertificateKeyFile certs/rsa-no-ocsp.key",
)


class PartlyStapled(HostRule):
    """Stapling is off, although one of several certificates of the host could be stapled.

    A host can have an RSA and an ECDSA certificate, and mod_ssl keeps a stapling record for each.
    With stapling on, clients that get a certificate without OCSP URI or without issuer in the chain
    get no staple, as before, and their handshakes work.
    """

    code = "AS507"
    severity = Severity.INFO
    effect = Effect.NO_STAPLE
    fix = Fix.SAFE
    needs_whole = True
    wants_stapling = True
    tls = True
    staples = False
    message = "stapling is off, although {good} could be stapled; {reason} ({other})"
    help = "Turn stapling on: SSLUseStapling on. Clients that get {good} then get a staple."
    bad = (Example(CACHE + tls_host(*_RSA)), Example(CACHE + tls_host(*_RSA, "SSLUseStapling off")))
    good = (FIXED, Example(CACHE + tls_host(*_RSA, "SSLUseStapling on")))

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        if host.mod_md_staples or not some_staple(host):
            return
        problems = {each: host.problem_of(each) for each in host.served}
        good = [each for each, problem in problems.items() if problem is None]
        if any(each.leaf and each.leaf.must_staple for each in good):
            # The certificate requires a staple, which another rule reports.
            return
        other, problem = next((each, why) for each, why in problems.items() if why is not None)
        switch = host.setting("SSLUseStapling")
        if switch is not None and first_argument(switch).lower() != "off":
            return
        yield self.finding(
            directive_subject(switch) if switch else host_subject(host, site),
            place=None if switch or host.section else host.certificates[0].directive.place,
            hosts=(host,),
            remedy=_turned_on(host, site),
            good=good[0].name,
            other=other.name,
            reason=problem.reason.replace("its certificate", "the other one"),
        )


def _turned_on(host: Host, site: Site) -> Remedy | None:
    # Only --unsafe turns stapling on for a host that sets SSLUseStapling itself.
    remedy = turned_on(host, site, safe="sslusestapling" not in host.own)
    if isinstance(remedy, TurnStapling):
        return replace(remedy, reason="one of its certificates can be stapled")
    return remedy
