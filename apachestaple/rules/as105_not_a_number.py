"""AS105."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.numbers import atoi
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES, Kind
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.by_hand import Check, staple
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import value_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


def _skewed(seconds: str) -> str:
    """A host whose responder gives a response that has just expired."""
    return CACHE + tls_host(
        "SSLUseStapling on",
        "SSLStaplingReturnResponderErrors off",
        "SSLStaplingFakeTryLater off",
        f"SSLStaplingResponseTimeSkew {seconds}",
        certificate="answer-just-expired",
    )


class NotANumber(DirectiveRule):
    """httpd reads a number differently from what is written.

    httpd reads numbers with C's atoi, which uses the digits at the beginning and silently ignores
    the rest. `1h` is one second and `abc` is 0. AS110, AS111 and AS118 are about timeouts of 0.
    """

    code = "AS105"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    names = frozenset(
        key for key, known in STAPLING_DIRECTIVES.items() if known.kind is Kind.SECONDS
    )
    message = "httpd reads {written} as {seconds} s"
    help = "Write the number of seconds in digits."
    by_hand = (
        Check(
            "Request a staple. httpd sends none, because it reads `ten` as 0: the response expired "
            "a few minutes ago.",
            staple(),
        ),
    )
    bad = (
        Example(
            _skewed("ten"),
            as_if=_skewed("0"),
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLStaplingErrorCacheTimeout 1h"),
            as_if=CACHE + tls_host("SSLUseStapling on", "SSLStaplingErrorCacheTimeout 1"),
        ),
    )
    good = (Example(_skewed("600")),)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        words = directive.arguments
        if len(words) != 1 or has_web_characters(directive.raw):
            return
        written = words[0]
        read = atoi(written)
        digits = written.isascii() and written.isdigit()
        if read < 0 or not written or (digits and (written.lstrip("0") or "0") == str(read)):
            return
        is_timeout = directive.key.endswith("timeout")
        if read == 0 and is_timeout and directive in site.in_force.of_stapling_hosts:
            # A timeout of 0 has a rule of its own.
            return
        yield self.finding(
            value_subject(directive),
            written=written,
            seconds=read,
        )
