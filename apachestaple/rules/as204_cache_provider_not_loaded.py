"""AS204."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.loadable import is_loadable
from apachestaple.mod_ssl.cache import PROVIDERS, parse_cache
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.finding import Effect, Finding, Repair, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


class CacheProviderNotLoaded(DirectiveRule):
    """The module of the cache's provider is not loaded.

    shmcb comes from mod_socache_shmcb, dbm from mod_socache_dbm, and so on. It does not matter
    whether LoadModule stands before or after: httpd loads all modules before it executes this.
    """

    code = "AS204"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    repair = Repair.SAFE
    needs_whole = True
    names = frozenset({"sslstaplingcache"})
    bad = Example(
        CACHE + tls_host("SSLUseStapling on"),
        without=frozenset({"socache_shmcb_module"}),
        rejection="not supported",
    )
    good = Example(CACHE + tls_host("SSLUseStapling on"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Known providers without their module."""
        if not site.has_mod_ssl or has_web_characters(directive.raw):
            return
        provider = parse_cache(first_argument(directive)).provider
        module = PROVIDERS.get(provider)
        if module is None or site.configuration.may_have_module(module):
            return
        yield self.finding(
            directive.place,
            f"the cache provider {provider} needs mod_{module.removesuffix('_module')}, which is "
            "not loaded",
            f"Load it: a2enmod {module.removesuffix('_module')}, or LoadModule {module}.",
            repairable=is_loadable(site.configuration, module),
        )
