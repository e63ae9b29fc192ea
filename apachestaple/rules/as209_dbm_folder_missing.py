"""AS209."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import parse_cache
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


class DbmFolderMissing(DirectiveRule):
    """The folder of a dbm cache is not there.

    httpd makes the dbm file when it starts, but not its folder.
    """

    code = "AS209"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH00804"
    needs_whole = True
    names = frozenset({"sslstaplingcache"})
    bad = Example("SSLStaplingCache dbm:missing/stapling\n" + tls_host("SSLUseStapling on"))
    good = Example("SSLStaplingCache dbm:logs/stapling\n" + tls_host("SSLUseStapling on"))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Where the files of the server are here."""
        cache = parse_cache(first_argument(directive))
        if not site.certificates_required or cache.provider != "dbm" or not cache.argument:
            return
        configuration = site.configuration
        folder = os.path.dirname(configuration.absolute(cache.argument))
        if not os.path.isdir(configuration.paths.real(folder)):
            yield self.finding(
                directive.place, f"the folder {folder} is not there", "Make the folder."
            )
