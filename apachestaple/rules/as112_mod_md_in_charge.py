"""AS112."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_MOD_MD = "LoadModule md_module modules/mod_md.so\n"
_BAD = tls_host("SSLUseStapling on", certificate="dead-responder")


class ModMdInCharge(HostRule):
    """SSLUseStapling has no effect, because mod_md staples for the host.

    With MDStapling on, mod_md answers before mod_ssl looks at its own settings
    (ap_ssl_ocsp_get_resp in stapling_cb). SSLUseStapling off does not turn that off either.

    SSLStaplingCache is harmless then, and must stay while httpd runs: a running httpd can exit or
    crash at its next reload if the line is gone. Remove it while httpd is stopped.
    """

    code = "AS112"
    severity = Severity.INFO
    effect = Effect.IGNORED
    needs_whole = True
    settings = frozenset({"mdstapling"})
    message = {
        "": "SSLUseStapling on has no effect while MDStapling is on",
        "off": "SSLUseStapling off has no effect: mod_md staples because MDStapling is on",
    }
    help = {
        "": "Remove the line, and keep SSLStaplingCache while httpd runs.",
        "off": "Turn MDStapling off for this host, or remove the line.",
    }
    bad = (
        Example(
            f"{_MOD_MD}MDStapling on\n{CACHE}{_BAD}",
            as_if=f"{_MOD_MD}MDStapling on\n{CACHE}{tls_host(certificate='dead-responder')}",
        ),
        Example(
            f"{_MOD_MD}MDStapling on\n"
            + tls_host("SSLUseStapling off", certificate="dead-responder"),
            as_if=f"{_MOD_MD}MDStapling on\n{tls_host(certificate='dead-responder')}",
            severity=Severity.WARNING,
        ),
    )
    good = (Example(f"{_MOD_MD}{CACHE}{_BAD}"),)

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        switch = host.setting("SSLUseStapling")
        if switch is None or not host.is_tls or not host.mod_md_staples:
            return
        if host.use_stapling and any(c.issuer_found is False for c in host.certificates):
            # Only with SSLUseStapling on does it staple what mod_md has for another host.
            return
        if host.use_stapling and switch in site.in_force.switches_of_stapling_hosts:
            # Another host, for which mod_md does not staple, uses the same line.
            return
        yield self.finding(
            directive_subject(switch),
            variant="" if host.use_stapling else "off",
            severity=None if host.use_stapling else Severity.WARNING,
            hosts=(host,),
        )
