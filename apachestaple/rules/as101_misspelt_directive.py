"""AS101."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.commands import all_commands
from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.mod_ssl.spelling import closest_name
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.remedy import RenameDirective
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class MisspeltDirective(DirectiveRule):
    """The name of a directive of mod_ssl is misspelt.

    httpd rejects a directive that no loaded module has. Some names, such as ssl_stapling, are
    directives of nginx; others, such as SSLMutex, are directives of another version of httpd.
    """

    code = "AS101"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    holds_for_any_value = True
    fix = Fix.SAFE
    by_text = True
    is_spelling = True
    message = {
        "": "there is no directive {written}",
        "unknown": "there is no directive {written}",
        "nginx": "{written} is a directive of nginx, not of httpd",
        "only-nginx": "{written} is a directive of nginx, not of httpd",
    }
    help = {
        "": "Write {meant}.",
        "unknown": "Remove the directive.",
        "only-nginx": "Remove the directive.",
    }
    repair = (
        "`fix` corrects the name in its place, if only one directive of mod_ssl has a similar "
        "name. A directive of nginx is replaced by that of httpd only if both have the same "
        "meaning and the same argument."
    )
    bad = (
        Example(CACHE + tls_host("SSLUseStaping on"), rejection="Invalid command"),
        Example(CACHE + tls_host("ssl_stapling on"), rejection="Invalid command"),
        Example(CACHE + tls_host("SSLHonourCipherOrder on"), rejection="Invalid command"),
        Example(CACHE + tls_host("SSLPolicy modern"), rejection="Invalid command", fixable=False),
        Example(
            CACHE + tls_host("SSLStaplingVerify on"), rejection="Invalid command", fixable=False
        ),
        Example(
            CACHE + tls_host("ssl_stapling_verify on"), rejection="Invalid command", fixable=False
        ),
    )
    good = (FIXED,)

    def asks_for(self, key: str, site: Site) -> bool:
        return key not in COMMANDS and not key.startswith(("<", "md"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        key = directive.key
        is_nginx = "_" in key
        # A folder may also contain files of nginx, which httpd does not read.
        if (is_nginx and not site.configuration.whole) or has_web_characters(directive.name):
            return
        meant = closest_name(key)
        if meant is None and not key.startswith("ssl" if not is_nginx else "ssl_stapling"):
            return
        if key in all_commands():
            return
        variants = {True: "nginx" if meant else "only-nginx", False: "" if meant else "unknown"}
        remedy = None
        if meant and COMMANDS[meant.lower()].problem(directive.arguments) is None:
            remedy = RenameDirective(directive=directive, name=meant)
        yield self.finding(
            directive_subject(directive),
            variant=variants[is_nginx],
            remedy=remedy,
            written=directive.name,
            meant=meant,
        )
