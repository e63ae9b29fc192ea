"""AS208."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.remedy import RemoveDirective
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class CacheSetTwice(DirectiveRule):
    """SSLStaplingCache is set more than once.

    httpd silently uses the last one.
    """

    code = "AS208"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    fix = Fix.SAFE
    names = frozenset({"sslstaplingcache"})
    message = "SSLStaplingCache is set again in {file}:{line}, and httpd uses that one"
    help = "Remove this line; the later one in {file}:{line} is used."
    bad = (
        Example(
            CACHE + "SSLStaplingCache shmcb:logs/other(65536)\n" + tls_host("SSLUseStapling on"),
            as_if="SSLStaplingCache shmcb:logs/other(65536)\n" + tls_host("SSLUseStapling on"),
        ),
    )
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling on")))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        if not site.is_overridden_cache(directive):
            return
        last = site.caches[-1]
        if directive.place == last.place:
            # A file that is included twice sets it once.
            return
        yield self.finding(
            directive_subject(directive),
            remedy=RemoveDirective(
                directive=directive, reason="only the last SSLStaplingCache is used"
            ),
            file=os.path.basename(last.file),
            line=last.line,
        )
