"""AS112."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, HostRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


_MOD_MD = "LoadModule md_module modules/mod_md.so\n"
_BAD = tls_host("SSLUseStapling on", certificate="dead-responder")


class ModMdInCharge(HostRule):
    """mod_md staples for the host, whatever SSLUseStapling says.

    With MDStapling on, mod_md answers before mod_ssl would look at its own settings
    (ap_ssl_ocsp_get_resp in stapling_cb). SSLUseStapling off does not switch it off either.
    """

    code = "AS112"
    severity = Severity.INFO
    effect = Effect.IGNORED
    needs_whole = True
    settings = frozenset({"mdstapling"})
    bad = Example(
        f"{_MOD_MD}MDStapling on\n{CACHE}{_BAD}",
        as_if=f"{_MOD_MD}MDStapling on\n{CACHE}{tls_host(certificate='dead-responder')}",
    )
    good = Example(f"{_MOD_MD}{CACHE}{_BAD}")

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Hosts of mod_md with a SSLUseStapling; one that is off is a warning."""
        switch = host.setting("SSLUseStapling")
        if switch is None or not host.is_tls or not host.mod_md_staples:
            return
        if host.use_stapling:
            yield self.finding(
                switch.place,
                "MDStapling is on, so this has no effect",
                "Remove it, and SSLStaplingCache where no host needs that.",
                host=host,
            )
        else:
            yield self.finding(
                switch.place,
                "MDStapling is on, so mod_md staples all the same",
                "Set MDStapling off for this host, or remove the line.",
                host=host,
                severity=Severity.WARNING,
            )
