"""AS105."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.numbers import atoi
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES, Kind
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


class NotANumber(DirectiveRule):
    """A number is read as something else than what is written.

    httpd reads numbers with C's atoi: the digits at the start count, and the rest is ignored
    without a word. `1h` is one second, `abc` is 0, and a responder timeout of 0 makes every query
    fail.
    """

    code = "AS105"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    names = frozenset(
        key for key, known in STAPLING_DIRECTIVES.items() if known.kind is Kind.SECONDS
    )
    by_text = True
    bad = Example(
        CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponderTimeout ten"),
        as_if=CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponderTimeout 0"),
    )
    good = Example(CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponderTimeout 10"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Arguments that are not just digits, or are too large for an int."""
        words = directive.arguments
        if len(words) != 1 or has_web_characters(directive.raw):
            return
        written = words[0]
        read = atoi(written)
        digits = written.isascii() and written.isdigit()
        if read < 0 or not written or (digits and (written.lstrip("0") or "0") == str(read)):
            return
        yield self.finding(
            directive.place,
            f"httpd reads {written} as {read} second{'' if read == 1 else 's'}"
            f"{_costs(directive.key) if read == 0 else ''}",
            "Write the number of seconds in digits.",
        )


def _costs(key: str) -> str:
    return ", and every query fails" if key == "sslstaplingrespondertimeout" else ""
