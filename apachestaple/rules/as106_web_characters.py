"""AS106."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.mod_ssl.web_characters import web_characters
from apachestaple.ocsp.uri import parse_uri, url_problem
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.remedy import ReplaceWebCharacters
from apachestaple.rules.responder_url import effect_of
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class WebCharacters(DirectiveRule):
    """A directive contains quotes or spaces from a web page.

    httpd reads curly quotes and no-break spaces as ordinary letters: they become part of the name
    or of the argument. httpd then rejects most directives. It accepts a URL with such characters,
    but cannot use it.
    """

    code = "AS106"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    holds_for_any_value = True
    fix = Fix.SAFE
    by_text = True
    is_spelling = True
    message = "httpd does not treat {characters} as a quote or space"
    help = 'Write straight quotes (") and normal spaces.'
    repair = "`fix` writes straight quotes and normal spaces in the same line."
    bad = (
        Example(
            "SSLStaplingCache “shmcb:logs/stapling(131072)”\n" + tls_host("SSLUseStapling on"),
            rejection="not supported",
        ),
        Example(
            CACHE + tls_host("SSLUseStapling\u00a0on"),
            rejection="Invalid command",
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLStaplingForceURL “http://127.0.0.1/”"),
            effect=Effect.ABORTS_HANDSHAKES,
            log_id="AH01939",
        ),
    )
    good = (FIXED,)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        if directive.name.isascii() and directive.raw.isascii():
            return
        found = sorted(web_characters(directive.name + directive.raw))
        if not found:
            return
        effect, log_id = _consequence(directive)
        yield self.finding(
            directive_subject(directive),
            effect=effect,
            log_id=log_id,
            remedy=ReplaceWebCharacters(directive=directive),
            characters=", ".join(f"{one!r} (U+{ord(one):04X})" for one in found),
        )


def _consequence(directive: Directive) -> tuple[Effect, str | None]:
    """Httpd rejects most such arguments, and of URLs only those that it cannot parse."""
    url = first_argument(directive)
    if not directive.name.isascii():
        return Effect.REJECTED, None
    if directive.key == "sslstaplingforceurl":
        problem = url_problem(url)
        return (effect_of(problem), problem.log_id) if problem else (Effect.BAD_STAPLE, "AH01941")
    if directive.key == "sslocspproxyurl" and parse_uri(url) is not None:
        return Effect.BAD_STAPLE, "AH01941"
    return Effect.REJECTED, None
