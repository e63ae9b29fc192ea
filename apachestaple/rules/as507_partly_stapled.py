"""AS507."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apachestaple.rules.kinds.stapling_off import StaplingOffRule
from apachestaple.rules.provided import some_staple
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site

_RSA = (
    "SSLCertificateFile certs/rsa-no-ocsp.pem",
    "SSLCertificateKeyFile certs/rsa-no-ocsp.key",
)


class PartlyStapled(StaplingOffRule):
    """Stapling is off, although one of several certificates of the host could be stapled.

    A host can have an RSA and an ECDSA certificate, and mod_ssl keeps a stapling record for each.
    With stapling on, clients that get a certificate without OCSP URI or without issuer in the chain
    get no staple, as before, and their handshakes work.
    """

    code = "AS507"
    reason = "one of its certificates can be stapled"
    message = "stapling is off, although {good} could be stapled; {reason} ({other})"
    help = "Turn stapling on: SSLUseStapling on. Clients that get {good} then get a staple."
    repair = (
        "`fix` turns stapling on if SSLUseStapling is not set for the host. An `SSLUseStapling "
        "off`, of the host or of the main server, stays; `--unsafe` changes it, too."
    )
    bad = (Example(CACHE + tls_host(*_RSA)), Example(CACHE + tls_host(*_RSA, "SSLUseStapling off")))
    good = (FIXED, Example(CACHE + tls_host(*_RSA, "SSLUseStapling on")))

    def facts(self, host: Host, site: Site) -> dict[str, Any] | None:
        if not some_staple(host):
            return None
        problems = {each: host.problem_of(each) for each in host.served}
        good = [each for each, problem in problems.items() if problem is None]
        if any(each.leaf and each.leaf.must_staple for each in good):
            # The certificate requires a staple, which another rule reports.
            return None
        other, problem = next((each, why) for each, why in problems.items() if why is not None)
        return {
            "good": good[0].name,
            "other": other.name,
            "reason": problem.reason.replace("its certificate", "the other one"),
        }
