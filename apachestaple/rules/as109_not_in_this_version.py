"""AS109."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.numbers import dotted
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


# Older versions are not checked.
_OLDEST = (2, 4, 0)

_PROXY = "SSLOCSPProxyURL http://proxy.example.com:3128/"


class NotInThisVersion(DirectiveRule):
    """The directive needs a newer version of httpd.

    httpd rejects a directive that it does not know. The version is that of `--httpd-version`, or of
    the installed httpd. The version in which a directive was added is that of httpd's manual; the
    tests cannot play this rule without an httpd of that age.
    """

    code = "AS109"
    severity = Severity.ERROR
    effect = Effect.ADVICE
    holds_for_any_value = True
    names = frozenset(STAPLING_DIRECTIVES)
    by_text = True
    message = "{written} needs httpd {needed}, and httpd {version} rejects it"
    help = "Remove the directive, or run a newer httpd."
    by_hand = (
        Check(
            "Show the version of httpd with `apachectl -v`, and the directives that it knows with "
            "`apachectl -L`. SSLOCSPProxyURL is not among them before 2.4.19."
        ),
    )
    bad = (Example(CACHE + tls_host("SSLUseStapling on", _PROXY)),)
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        known = STAPLING_DIRECTIVES[directive.key]
        # version() runs the installed httpd, which takes time.
        if known.since <= _OLDEST or known.since <= site.configuration.version():
            return
        yield self.finding(
            directive_subject(directive),
            written=known.name,
            needed=dotted(known.since),
            version=dotted(site.configuration.version()),
        )
