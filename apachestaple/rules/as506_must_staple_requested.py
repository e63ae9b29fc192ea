"""AS506."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.managed import is_on, obtains_certificate
from apachestaple.rules.by_hand import DUMP, Check, in_effect
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.rule import MOD_MD, Example, managed_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_DOMAIN = f"{MOD_MD}MDRenewMode manual\nMDomain www.example.com\n"


class MustStapleRequested(HostRule):
    """mod_md requests certificates that require a staple, but stapling is off.

    With MDMustStaple on, mod_md asks the certificate authority for must-staple (RFC 7633). Clients
    that enforce it then refuse the host. Let's Encrypt, the default authority, has not issued such
    certificates since May 2025.
    """

    code = "AS506"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    needs_whole = True
    settings = frozenset({"sslengine", "mdmuststaple"})
    tls = True
    message = "MDMustStaple is on for {domain}, but stapling is off for {host}"
    help = "Set MDStapling on, or remove MDMustStaple."
    by_hand = (
        Check(
            f"{DUMP} MDMustStaple is on, and MDStapling is not among them.",
            in_effect("MDMustStaple|MDStapling"),
        ),
    )
    bad = (Example(f"{_DOMAIN}MDMustStaple on\n{managed_host()}"),)
    good = (Example(f"{_DOMAIN}MDMustStaple on\nMDStapling on\n{managed_host()}"),)

    @classmethod
    def asks_for(cls, host: Host, site: Site) -> bool:
        return bool(host.managed) and super().asks_for(host, site)

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        if not obtains_certificate(host):
            return
        (domain,) = host.managed
        request = domain.own.get("mdmuststaple") or site.main.own.get("mdmuststaple")
        if request is None or not is_on(request) or host.md_stapling or host.use_stapling:
            return
        yield self.finding(
            directive_subject(request), hosts=(host,), domain=domain.name, host=host.name
        )
