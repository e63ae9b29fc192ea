"""AS505."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.numbers import dotted
from apachestaple.mod_ssl.bugs import bugs_of
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, ServerRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site


class StaplingBug(ServerRule):
    """The version of httpd has bugs in stapling that a later one has not.

    The version is that of `--httpd-version`, or of the installed httpd; where neither is known, the
    newest. To play it would take an httpd of that age.
    """

    code = "AS505"
    severity = Severity.INFO
    effect = Effect.ADVICE
    needs_whole = True
    bad = Example(CACHE + tls_host("SSLUseStapling on"))
    good = Example(CACHE + tls_host("SSLUseStapling off"))

    def check(self, site: Site) -> Iterator[Finding]:
        """At the first SSLUseStapling, each bug of the version."""
        switch = site.stapling_hosts[0].setting("SSLUseStapling") if site.stapling_hosts else None
        if switch is None:
            return
        version = site.configuration.version()
        bugs = bugs_of(version)
        if not bugs:
            return
        yield self.finding(
            switch.place,
            f"httpd {dotted(version)} staples with known bugs: "
            f"{'; '.join(bug.what for bug in bugs)}",
            f"Run httpd {dotted(bugs[-1].mended)} or later.",
        )
