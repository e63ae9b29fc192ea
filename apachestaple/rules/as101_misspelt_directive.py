"""AS101."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import SSL_NAMES, STAPLING_DIRECTIVES
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


class MisspeltDirective(DirectiveRule):
    """The name of a stapling directive is misspelt.

    A name that no loaded module knows is rejected.
    """

    code = "AS101"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    repair = Repair.SAFE
    by_text = True
    bad = Example(CACHE + tls_host("SSLUseStaping on"), rejection="Invalid command")
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    @classmethod
    def asks_for(cls, key: str) -> bool:
        return key not in SSL_NAMES and not key.startswith(("<", "md"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Names that are close to one of the table's, or that only stapling could have."""
        key = directive.key
        # Files of nginx may lie beside httpd's, but httpd does not read them.
        if "_" in key and not site.configuration.whole:
            return
        if has_web_characters(directive.name):
            return
        meant = meant_name(key)
        if meant is None and not key.startswith(("sslstapling", "ssl_stapling")):
            return
        whose = ", but nginx has one" if "_" in key else ""
        yield self.finding(
            directive.place,
            f"there is no directive {directive.name}{whose}",
            f"Write {meant}." if meant else "Remove it.",
            repairable=meant is not None
            and STAPLING_DIRECTIVES[meant.lower()].fault(directive.arguments) is None,
        )


# nginx's names, and httpd's for the same.
_OF_NGINX = {"ssl_stapling": "SSLUseStapling", "ssl_stapling_responder": "SSLStaplingForceURL"}


def meant_name(key: str) -> str | None:
    """The stapling directive whose name is closest to ``key``, if one is close."""
    if "_" in key:
        return _OF_NGINX.get(key)
    close = get_close_matches(key, STAPLING_DIRECTIVES, n=1, cutoff=0.82)
    return STAPLING_DIRECTIVES[close[0]].name if close else None
