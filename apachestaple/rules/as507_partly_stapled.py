"""AS507."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.provided import some_staple, turned_on
from apachestaple.rules.reason_comment import reason_above
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject, host_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_RSA = (
    "SSLCertificateFile certs/rsa-no-ocsp.pem",
    "SSLCertificateKeyFile certs/rsa-no-ocsp.key",
)

_REASON = "one of its certificates can be stapled"


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
        if switch is not None and reason_above(switch) is not None:
            # An off of fix, which is no longer needed (AS132).
            return
        yield self.finding(
            directive_subject(switch) if switch else host_subject(host, site),
            place=None if switch or host.section else host.certificates[0].directive.place,
            hosts=(host,),
            # The administrator has turned stapling off, so only --unsafe turns it on.
            remedy=turned_on(host, site, safe=switch is None, reason=_REASON),
            good=good[0].name,
            other=other.name,
            reason=problem.reason.replace("its certificate", "the other one"),
        )
