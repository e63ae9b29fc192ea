"""AS106."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import DirectiveRule, Example, tls_host
from apachestaple.tls.web_characters import web_characters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.tls.site import Site


class WebCharacters(DirectiveRule):
    """Quotes or spaces from a web page.

    Curly quotes are ordinary letters to httpd, and so is a no-break space: they become part of the
    name or the argument.
    """

    code = "AS106"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    repair = Repair.SAFE
    bad = Example(
        "SSLStaplingCache “shmcb:logs/stapling(131072)”\n" + tls_host("SSLUseStapling on"),
        rejection="not supported",
    )
    good = Example(
        'SSLStaplingCache "shmcb:logs/stapling(131072)"\n' + tls_host("SSLUseStapling on")
    )

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """mod_ssl's directives with such characters in name or arguments."""
        if directive.name.isascii() and directive.raw.isascii():
            return
        found = sorted(web_characters(directive.name + directive.raw))
        if not found:
            return
        accepted = directive.key in ("sslstaplingforceurl", "sslocspproxyurl")
        names = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in found)
        yield self.finding(
            directive.place,
            f"{names} is an ordinary letter to httpd",
            "Replace it by a straight quote or a space.",
            effect=Effect.ABORTS_HANDSHAKES if accepted else None,
            log_id="AH01940" if accepted else None,
        )
