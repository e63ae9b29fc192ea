"""AS504."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import MOD_MD_STAPLES_SINCE
from apachestaple.mod_ssl.managed import staples_others
from apachestaple.rules.by_hand import DUMP, Check, in_effect
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import server_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_MOD_MD = "LoadModule md_module modules/mod_md.so\n"


class ModMdCouldStaple(ServerRule):
    """mod_md is loaded, but mod_ssl does the stapling.

    With MDStapling on, mod_md fetches responses in the background and renews them before they
    expire. No handshake waits for a responder, no responder error is stapled, and no cache needs a
    size. mod_md also staples certificates that it does not manage (MDStapleOthers), but it does not
    know SSLStaplingForceURL.

    SSLStaplingCache is harmless then, and must stay while httpd runs: a running httpd can exit or
    crash at its next reload if the line is gone. Remove it while httpd is stopped.
    """

    code = "AS504"
    severity = Severity.INFO
    effect = Effect.ADVICE
    needs_whole = True
    message = "mod_md is loaded and could staple without delaying handshakes"
    help = (
        "Set MDStapling on in the main server and remove SSLUseStapling (fix --use-mod-md). Keep "
        "SSLStaplingCache while httpd runs."
    )
    by_hand = (
        Check(
            f"{DUMP} MDStapling is not among them.",
            in_effect("LoadModule md|MDStapling|SSLUseStapling"),
        ),
    )
    bad = (Example(_MOD_MD + CACHE + tls_host("SSLUseStapling on")),)
    good = (Example(_MOD_MD + "MDStapling on\n" + tls_host()),)

    def check(self, site: Site) -> Iterator[Finding]:
        configuration, hosts = site.configuration, site.stapling_hosts
        if not hosts or not configuration.has_module("md_module"):
            return
        version = configuration.version()
        if version < MOD_MD_STAPLES_SINCE or any(host.force_url for host in hosts):
            return
        if not all(staples_others(host, version) for host in hosts):
            return
        switch = hosts[0].setting("SSLUseStapling")
        if switch is not None:
            yield self.finding(server_subject(site), place=switch.place, hosts=hosts)
