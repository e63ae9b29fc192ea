"""AS505."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.numbers import dotted
from apachestaple.mod_ssl.bugs import bugs_of
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import server_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class StaplingBug(ServerRule):
    """The version of httpd has stapling bugs that a later one does not have.

    The version is that of `--httpd-version`, or of the installed httpd, or else the newest one. The
    bugs, and the releases without them, are those of httpd's CHANGES; the tests cannot play this
    rule without an httpd of that age.
    """

    code = "AS505"
    severity = Severity.INFO
    effect = Effect.ADVICE
    needs_whole = True
    message = "httpd {version} has known stapling bugs: {bugs}"
    help = "Run httpd {mended} or later."
    by_hand = (
        Check(
            "Show the version of httpd with `apachectl -v`, and compare it with httpd's CHANGES."
        ),
    )
    bad = (Example(CACHE + tls_host("SSLUseStapling on")),)
    good = (Example(CACHE + tls_host("SSLUseStapling off")),)

    def check(self, site: Site) -> Iterator[Finding]:
        is_set = "mdstapling" in site.names
        by_mod_md = [host for host in site.tls_hosts if is_set and host.switched_on("MDStapling")]
        hosts = list(dict.fromkeys((*site.stapling_hosts, *by_mod_md)))
        if not hosts:
            return
        modules = {
            *(("mod_ssl",) if site.stapling_hosts else ()),
            *(("mod_md",) if by_mod_md else ()),
        }
        switch = hosts[0].setting("SSLUseStapling" if site.stapling_hosts else "MDStapling")
        version = site.configuration.version()
        bugs = bugs_of(version, modules)
        if bugs and switch is not None:
            yield self.finding(
                server_subject(site),
                place=switch.place,
                hosts=hosts,
                version=dotted(version),
                bugs="; ".join(bug.what for bug in bugs),
                mended=dotted(bugs[-1].mended),
            )
