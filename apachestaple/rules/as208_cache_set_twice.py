"""AS208."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.reloads import running_cache
from apachestaple.rules.by_hand import DUMP, Check, in_effect
from apachestaple.rules.cache_remedy import can_replace, is_same_line, kept_cache
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.remedy import MoveOutOfSiteFile, RemoveDirective
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.remedy import Remedy

_OTHER = "SSLStaplingCache shmcb:logs/other(65536)\n"


class CacheSetTwice(DirectiveRule):
    """SSLStaplingCache is set more than once.

    httpd silently uses the last one. If that is in the file of a site, and another one is not,
    `fix` keeps the other one, so that httpd also starts without the site. If they are in the files
    of several sites, `fix` moves the last one to a file that httpd reads without any of them.
    """

    code = "AS208"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    holds_for_any_value = True
    fix = Fix.SAFE
    names = frozenset({"sslstaplingcache"})
    message = "SSLStaplingCache is set again in {file}:{line}, and httpd uses that one"
    help = {
        "": "Remove this line; the later one in {file}:{line} is used.",
        "of-site": "Remove the line in {file}:{line}, which httpd does not read when that site is "
        "disabled.",
    }
    repair = "`fix` keeps one line: the last one, or else one that is not in the file of a site."
    by_hand = (
        Check(
            f"{DUMP} The directive is listed twice; httpd uses the last one.",
            in_effect("SSLStaplingCache"),
        ),
    )
    bad = (
        Example(
            CACHE + _OTHER + tls_host("SSLUseStapling on"),
            as_if=_OTHER + tls_host("SSLUseStapling on"),
        ),
        Example(
            CACHE + "Include sites-enabled/*.conf\n",
            files={"sites-enabled/www.conf": _OTHER + tls_host("SSLUseStapling on")},
            as_if=_OTHER + tls_host("SSLUseStapling on"),
        ),
    )
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling on")))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        if not site.is_overridden_cache(directive):
            return
        last = site.caches[-1]
        if is_same_line(directive, last):
            return
        kept = kept_cache(site)
        removed = last if is_same_line(directive, kept) else directive
        remedy = _remedy(kept, removed, site) if can_replace(kept, removed, site) else None
        yield self.finding(
            directive_subject(directive),
            variant="of-site" if removed is last else "",
            remedy=remedy,
            file=os.path.basename(last.file),
            line=last.line,
            used_instead=last,
        )


def _remedy(kept: Directive, removed: Directive, site: Site) -> Remedy:
    if _would_depend(kept, removed, site):
        others = {each.place: each for each in site.caches if not is_same_line(each, kept)}
        return MoveOutOfSiteFile(directive=kept, copies=tuple(others.values()))
    reason = "only the last SSLStaplingCache is used"
    if removed is site.caches[-1]:
        reason = f"the one in {os.path.basename(kept.file)} does not depend on a site"
    return RemoveDirective(directive=removed, reason=reason)


def _would_depend(kept: Directive, removed: Directive, site: Site) -> bool:
    """Whether httpd would have no cache without a site on which it does not depend now.

    It does not matter whether a host needs the cache now: files that are not read here may turn
    stapling on, such as those of certbot outside of a repository.
    """
    if not site.configuration.whole or running_cache(site) is None:
        return False
    site_file = site.configuration.dependences.site_file
    return site_file(kept) not in (None, site_file(removed))
