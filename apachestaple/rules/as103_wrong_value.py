"""AS103."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.arguments import Takes, number_problem
from apachestaple.mod_ssl.cache import PROVIDERS, parse_cache
from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES, Kind
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import CACHE, MACRO, Example, tls_host
from apachestaple.rules.subject import value_subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.commands import Command
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


# One simple argument, which is valid for most directives.
_PLAIN = re.compile(r"[\w./:-]+", re.ASCII)


class WrongValue(DirectiveRule):
    """The arguments of a directive of mod_ssl are not valid.

    A switch must be On or Off, most other directives have exactly one argument, and numbers must
    not be negative. httpd also rejects `SSLStaplingResponseMaxAge -1`, although its manual gives -1
    as the default.
    """

    code = "AS103"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    names = frozenset(COMMANDS)
    by_text = True
    message = "{problem}"
    help = {
        "": "Correct the argument.",
        "number": "Write the right number of arguments, each in quotes if it contains a space.",
        "switch": "Write on or off.",
        "seconds": "Set a number that is not negative; the default is {default}.",
        "seconds-without-default": "Set a number that is not negative, or remove the line.",
        "removed": "Remove the line.",
        "provider": "Use another provider, or load the module of this one.",
    }
    bad = (
        Example(CACHE + tls_host("SSLUseStapling yes"), rejection="must be On or Off"),
        Example(
            CACHE + tls_host("SSLStaplingResponderTimeout -5"),
            rejection="invalid argument",
        ),
        Example(
            CACHE + tls_host("SSLStaplingResponseMaxAge -1"),
            rejection="invalid argument",
        ),
        Example(CACHE + tls_host("SSLStaplingForceURL"), rejection="takes one argument"),
        Example(
            CACHE + tls_host("SSLUseStapling on").replace("SSLEngine on", "SSLEngine maybe"),
            # Before 2.4.64: "On, Off, or Optional".
            rejection="Argument must be On",
        ),
        Example(CACHE + tls_host("SSLProtocol TLSv1.4"), rejection="Illegal protocol 'TLSv1.4'"),
        Example(CACHE + tls_host("SSLLogLevel warn"), rejection="no longer supported"),
        Example(
            "SSLSessionCache dc:x\n" + CACHE + tls_host(),
            rejection="'dc' session cache not supported",
        ),
        Example(
            MACRO
            + "<Macro Stapling $on>\n    SSLUseStapling $on\n</Macro>\n"
            + CACHE
            + tls_host("Use Stapling maybe"),
            rejection="must be On or Off",
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        known = COMMANDS[directive.key]
        if known.takes_anything and _PLAIN.fullmatch(directive.raw):
            return
        if has_web_characters(directive.raw) or not site.has_mod_ssl:
            return
        if "${" in directive.raw and not site.configuration.whole:
            # The variable may be defined elsewhere.
            return
        words = directive.arguments
        problem = known.problem(words)
        is_of_provider = problem is None and directive.key == "sslsessioncache"
        if is_of_provider:
            problem = _provider_problem(first_argument(directive), site)
        if problem is not None:
            stapling = STAPLING_DIRECTIVES.get(directive.key)
            yield self.finding(
                value_subject(directive),
                variant="provider" if is_of_provider else _variant(known, words),
                problem=problem,
                default=stapling.default if stapling else None,
            )


def _provider_problem(argument: str, site: Site) -> str | None:
    """The error of httpd about the provider of SSLSessionCache, or ``None``."""
    provider = parse_cache(argument).provider
    module = PROVIDERS.get(provider)
    is_off = argument.lower() in ("none", "nonenotnull")
    if is_off or (module is not None and site.configuration.may_have_module(module)):
        return None
    return f"SSLSessionCache: '{provider}' session cache not supported"


def _variant(known: Command, words: Sequence[str]) -> str:
    if known.takes is Takes.FLAG:
        return "switch"
    if known.name in ("SSLLog", "SSLLogLevel"):
        return "removed"
    if number_problem(known.name, known.takes, words) is not None:
        return "number"
    stapling = STAPLING_DIRECTIVES.get(known.name.lower())
    if stapling is None or stapling.kind is not Kind.SECONDS:
        return ""
    return "seconds" if stapling.default is not None else "seconds-without-default"
