"""AS105."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.numbers import atoi
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES, Kind
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class NotANumber(DirectiveRule):
    """httpd reads a number differently from what is written.

    httpd reads numbers with C's atoi, which uses the digits at the beginning and silently ignores
    the rest. `1h` is one second and `abc` is 0. With a responder timeout of 0 every query fails.
    """

    code = "AS105"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    names = frozenset(
        key for key, known in STAPLING_DIRECTIVES.items() if known.kind is Kind.SECONDS
    )
    by_text = True
    message = {
        "": "httpd reads {written} as {seconds} s",
        "every-query-fails": "httpd reads {written} as 0 s, so every query to a responder fails",
    }
    help = "Write the number of seconds in digits."
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponderTimeout ten"),
            as_if=CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponderTimeout 0"),
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLStaplingErrorCacheTimeout 1h"),
            as_if=CACHE + tls_host("SSLUseStapling on", "SSLStaplingErrorCacheTimeout 1"),
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponderTimeout 10")),)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        words = directive.arguments
        if len(words) != 1 or has_web_characters(directive.raw):
            return
        written = words[0]
        read = atoi(written)
        digits = written.isascii() and written.isdigit()
        if read < 0 or not written or (digits and (written.lstrip("0") or "0") == str(read)):
            return
        fails = read == 0 and directive.key == "sslstaplingrespondertimeout"
        yield self.finding(
            directive_subject(directive),
            variant="every-query-fails" if fails else "",
            written=written,
            seconds=read,
        )
