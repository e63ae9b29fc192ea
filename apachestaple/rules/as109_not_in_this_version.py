"""AS109."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.numbers import dotted
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site

# Nobody runs an older one.
_OLDEST = (2, 4, 0)

_PROXY = "SSLOCSPProxyURL http://proxy.example.com:3128/"


class NotInThisVersion(DirectiveRule):
    """The directive came with a later version of httpd.

    An httpd that does not know a directive rejects the configuration. The version is that of
    `--httpd-version`, or of the installed httpd. To play it would take an httpd of that age.
    """

    code = "AS109"
    severity = Severity.ERROR
    effect = Effect.ADVICE
    names = frozenset(STAPLING_DIRECTIVES)
    by_text = True
    bad = Example(CACHE + tls_host("SSLUseStapling on", _PROXY))
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Stapling directives that are younger than the server."""
        known = STAPLING_DIRECTIVES[directive.key]
        # The version is asked of the installed httpd, which takes its time.
        if known.since <= _OLDEST or known.since <= site.configuration.version():
            return
        version = site.configuration.version()
        have, need = dotted(version), dotted(known.since)
        yield self.finding(
            directive.place,
            f"{known.name} came with httpd {need}, and this is {have}: it is rejected",
            "Remove it, or run a newer httpd.",
        )
