"""AS112."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.lines import Lines
from apachestaple.mod_ssl.managed import mod_md_answers
from apachestaple.rules.by_hand import Check, staple
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.remedy import RemoveDirective
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_MOD_MD = "LoadModule md_module modules/mod_md.so\n"
_BAD = tls_host("SSLUseStapling on", certificate="dead-responder")


class ModMdInCharge(ServerRule):
    """SSLUseStapling has no effect, because mod_md staples for the host.

    With MDStapling on, mod_md answers before mod_ssl looks at its own settings
    (ap_ssl_ocsp_get_resp in stapling_cb). SSLUseStapling off does not turn that off either. Without
    SSLStaplingCache, httpd does not start while SSLUseStapling is on, although the line is idle.

    SSLStaplingCache is harmless then, and must stay while httpd runs: a running httpd can exit or
    crash at its next reload if the line is gone. Remove it while httpd is stopped.
    """

    code = "AS112"
    severity = Severity.INFO
    effect = Effect.IGNORED
    fix = Fix.SAFE
    holds_for_any_value = True
    needs_whole = True
    message = {
        "": "SSLUseStapling on has no effect while MDStapling is on",
        "off": "SSLUseStapling off has no effect: mod_md staples because MDStapling is on",
    }
    help = {
        "": "Remove the line, and keep SSLStaplingCache while httpd runs.",
        "off": "Turn MDStapling off for this host, or remove the line.",
    }
    repair = (
        "`fix` removes an `SSLUseStapling on` that no other host needs. It keeps "
        "SSLStaplingCache, because a running httpd can exit at its next reload without it, and an "
        "`SSLUseStapling off`."
    )
    by_hand = (
        Check(
            "Request a staple. mod_md has none yet, and mod_ssl does not create a tryLater.",
            staple(),
        ),
    )
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
            fixable=False,
        ),
    )
    good = (FIXED, Example(f"{_MOD_MD}{CACHE}{_BAD}"))

    def check(self, site: Site) -> Iterator[Finding]:
        if "mdstapling" not in site.names:
            return
        needed = Lines(
            host.setting("SSLUseStapling") for host in site.tls_hosts if not _staples_all(host)
        )
        for host in site.tls_hosts:
            switch = host.setting("SSLUseStapling")
            if switch is None or not _is_idle(host):
                continue
            if host.use_stapling and switch in site.in_force.switches_of_stapling_hosts:
                # Another host, for which mod_md does not staple, uses the same line.
                continue
            remedy = None
            if host.use_stapling and switch not in needed:
                reason = "mod_md staples for all hosts that use it"
                remedy = RemoveDirective(directive=switch, reason=reason)
            yield self.finding(
                directive_subject(switch),
                variant="" if host.use_stapling else "off",
                severity=None if host.use_stapling else Severity.WARNING,
                hosts=(host,),
                remedy=remedy,
            )


def _is_idle(host: Host) -> bool:
    """Whether mod_md staples for a host, whatever SSLUseStapling is."""
    # If SSLUseStapling is on, it staples what mod_md has for another host.
    needs_switch = host.use_stapling and any(c.issuer_found is False for c in host.certificates)
    return host.mod_md_staples and not needs_switch


def _staples_all(host: Host) -> bool:
    """Whether mod_md is known to staple all certificates of a host."""
    return _is_idle(host) and all(
        certificate.leaf is not None and mod_md_answers(host, certificate)
        for certificate in host.certificates
    )
