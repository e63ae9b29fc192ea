"""AS204."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.loadable import why_not_loadable
from apachestaple.mod_ssl.cache import PROVIDERS, parse_cache
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.remedy import LoadModule
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class CacheProviderNotLoaded(DirectiveRule):
    """The module of the cache's provider is not loaded.

    shmcb needs mod_socache_shmcb, dbm needs mod_socache_dbm, and so on. LoadModule can be
    before or after SSLStaplingCache, because httpd loads all modules before it executes the
    directive.
    """

    code = "AS204"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    fix = Fix.SAFE
    needs_whole = True
    names = frozenset({"sslstaplingcache"})
    message = "the cache provider {provider} needs mod_{name}, which is not loaded"
    help = {
        "": "Load the module: a2enmod {name}, or LoadModule {module}.",
        "not-loadable": "Install and load the module ({problem}), or use another provider.",
    }
    repair = (
        "`fix` loads the module of the provider: on Debian with the links that `a2enmod` makes, "
        "else with a LoadModule. If it is not installed, `fix` changes nothing."
    )
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling on"),
            without=frozenset({"socache_shmcb_module"}),
            rejection="not supported",
        ),
        Example(
            "SSLStaplingCache dbm:logs/stapling\n" + tls_host("SSLUseStapling on"),
            without=frozenset({"socache_dbm_module"}),
            rejection="not supported",
        ),
    )
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling on")))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        if not site.has_mod_ssl or has_web_characters(directive.raw):
            return
        provider = parse_cache(first_argument(directive)).provider
        module = PROVIDERS.get(provider)
        if module is None or site.configuration.may_have_module(module):
            return
        name = module.removesuffix("_module")
        problem = why_not_loadable(site.configuration, module)
        reason = f"the cache provider {provider} needs mod_{name}"
        yield self.finding(
            directive_subject(directive),
            variant="not-loadable" if problem else "",
            remedy=None if problem else LoadModule(module=module, reason=reason),
            provider=provider,
            name=name,
            module=module,
            problem=problem,
        )
