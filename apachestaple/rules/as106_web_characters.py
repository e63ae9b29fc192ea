"""AS106."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.mod_ssl.web_characters import web_characters
from apachestaple.ocsp.uri import parse_uri, url_fault
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.responder_url import effect_of
from apachestaple.rules.rule import DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


class WebCharacters(DirectiveRule):
    """Quotes or spaces from a web page.

    Curly quotes are ordinary letters to httpd, and so is a no-break space: they become part of the
    name or the argument.
    """

    code = "AS106"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    repair = Repair.SAFE
    by_text = True
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
        effect, log_id = _consequence(directive)
        names = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in found)
        yield self.finding(
            directive.place,
            f"{names} is an ordinary letter to httpd",
            "Replace it by a straight quote or a space.",
            effect=effect,
            log_id=log_id,
        )


def _consequence(directive: Directive) -> tuple[Effect, str | None]:
    """What httpd makes of it: most arguments it refuses, URLs only those that it cannot parse."""
    url = first_argument(directive)
    if not directive.name.isascii():
        return Effect.REJECTED, None
    if directive.key == "sslstaplingforceurl":
        fault = url_fault(url)
        return (effect_of(fault), fault.log_id) if fault else (Effect.BAD_STAPLE, "AH01941")
    if directive.key == "sslocspproxyurl" and parse_uri(url) is not None:
        return Effect.BAD_STAPLE, "AH01941"
    return Effect.REJECTED, None
