"""AS209."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import parse_cache
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class DbmFolderMissing(DirectiveRule):
    """The folder of a dbm cache does not exist, or the path is that of a folder.

    httpd creates the dbm file when it starts, but not its folder.
    """

    code = "AS209"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH00804"
    needs_whole = True
    names = frozenset({"sslstaplingcache"})
    message = {
        "": "the folder {folder} does not exist",
        "folder": "{folder} is a folder, and not a file for the cache",
    }
    help = {
        "": "Create the folder.",
        "folder": "Name a file in it, such as dbm:{folder}/stapling.",
    }
    bad = (
        Example("SSLStaplingCache dbm:missing/stapling\n" + tls_host("SSLUseStapling on")),
        Example("SSLStaplingCache dbm:logs\n" + tls_host("SSLUseStapling on")),
    )
    good = (Example("SSLStaplingCache dbm:logs/stapling\n" + tls_host("SSLUseStapling on")),)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        cache = parse_cache(first_argument(directive))
        # Only if the files of the server are on this machine.
        if not site.certificates_required or cache.provider != "dbm" or not cache.argument:
            return
        configuration = site.configuration
        path = configuration.absolute(cache.argument)
        folder = os.path.dirname(path)
        if not os.path.isdir(configuration.paths.real(folder)):
            yield self.finding(directive_subject(directive), folder=folder)
        elif os.path.isdir(configuration.paths.real(path)):
            yield self.finding(directive_subject(directive), variant="folder", folder=path)
