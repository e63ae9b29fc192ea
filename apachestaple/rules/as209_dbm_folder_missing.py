"""AS209."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import parse_cache
from apachestaple.mod_ssl.dbm import folder_in_place_of_file, missing_folder
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.cache_remedy import correction, new_cache
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class DbmFolderMissing(DirectiveRule):
    """The folder of a dbm cache does not exist, or the path is that of a folder.

    httpd creates the dbm file when it starts, but not its folder. `fix` uses shmcb instead, which
    needs no file and keeps responses of any length.
    """

    code = "AS209"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH00804"
    fix = Fix.SAFE
    needs_whole = True
    names = frozenset({"sslstaplingcache"})
    message = {
        "": "the folder {folder} does not exist",
        "folder": "{folder} is a folder, and not a file for the cache",
    }
    help = {
        "": "Create the folder, or use shmcb:PATH(SIZE).",
        "folder": "Name a file in it, such as dbm:{folder}/stapling, or use shmcb:PATH(SIZE).",
    }
    repair = (
        "`fix` changes the line to a shmcb cache with a size for the responses of all certificates."
    )
    bad = (
        Example("SSLStaplingCache dbm:missing/stapling\n" + tls_host("SSLUseStapling on")),
        Example("SSLStaplingCache dbm:logs\n" + tls_host("SSLUseStapling on")),
    )
    good = (FIXED, Example("SSLStaplingCache dbm:logs/stapling\n" + tls_host("SSLUseStapling on")))

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        cache = parse_cache(first_argument(directive))
        missing = missing_folder(cache, site)
        folder = missing or folder_in_place_of_file(cache, site)
        if folder is not None:
            correct = correction(directive, site)
            yield self.finding(
                directive_subject(directive),
                variant="" if missing else "folder",
                remedy=new_cache(correct, site)[0] if correct else None,
                folder=folder,
            )
