"""AS312."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.keys import KeyProblem
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, KeyRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class KeyOfAnotherCertificate(KeyRule):
    """The private key does not belong to the certificate.

    `httpd -t` does not compare them; the server does, and exits. Keys and certificates belong
    together by their order in the host. Where the issuer's certificate stands first in the file, it
    is the issuer's that the key is compared with.
    """

    problems = frozenset({KeyProblem.OTHER_CERTIFICATE})
    code = "AS312"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH02565"
    bad = Example(CACHE + tls_host("SSLUseStapling on", key="other"))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(
        self, problem: KeyProblem, certificate: HostCertificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        """Every one."""
        leaf, file = certificate.leaf, certificate.file
        if leaf is None or file is None:
            return
        named = certificate.key_directive or certificate.directive
        advice = "Name the key that was made for this certificate."
        own = [later for later in file.chain if later.is_issued_by(leaf)]
        if leaf.is_ca and own:
            advice = f"Put the certificate of {own[0].common_name} first in {certificate.name}."
        yield self.finding(
            named.place,
            f"the key in {first_argument(named)} is not that of {leaf.common_name}, the first "
            f"certificate in {certificate.name}",
            advice,
            host=host,
            certificate=certificate,
        )
