"""AS210."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import parse_cache
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Configuration, Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_HOST = tls_host("SSLUseStapling on")


class DbmOutOfReach(DirectiveRule):
    """httpd's child processes have no access to the folder of a dbm cache.

    httpd creates the file as root and changes its owner to the `User` of its child processes
    (socache_dbm_init), but not the owner of the folders above it. If that user has no access to one
    of them, nothing is cached, and every handshake queries the responder. A test plays this if it
    runs as root.
    """

    code = "AS210"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    log_id = "AH00807"
    needs_whole = True
    names = frozenset({"sslstaplingcache"})
    message = "httpd runs as {user}, which has no access to {folder}, so nothing is cached"
    help = "Open the folder (chmod a+x {folder}), or put the cache elsewhere."
    by_hand = (
        Check(
            "List the modes of the folders above the cache with `namei -m private/stapling`. The "
            "`User` of httpd's child processes needs `x` for each of them."
        ),
    )
    bad = (
        Example(
            f"User www-data\nSSLStaplingCache dbm:private/stapling\n{_HOST}",
            files={"private/kept": "of mode 0700\n"},
        ),
    )
    good = (Example(f"User www-data\nSSLStaplingCache dbm:logs/stapling\n{_HOST}"),)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        cache = parse_cache(first_argument(directive))
        # Only where the files of the server are here.
        if not site.certificates_required or cache.provider != "dbm" or not cache.argument:
            return
        configuration = site.configuration
        user = _user(configuration)
        if user is None:
            return
        folder = configuration.paths.real(os.path.dirname(configuration.absolute(cache.argument)))
        closed = _closed_folder(folder, user)
        if closed is not None:
            yield self.finding(directive_subject(directive), user=user.pw_name, folder=closed)


def _user(configuration: Configuration) -> pwd.struct_passwd | None:
    """The user that the children run as, where it is set and known here."""
    name = ""
    for directive in configuration.named("User"):
        if directive.parent is None:
            name = first_argument(directive)
    try:
        return pwd.getpwuid(int(name[1:])) if name.startswith("#") else pwd.getpwnam(name)
    except (KeyError, ValueError):
        return None


def _closed_folder(folder: str, user: pwd.struct_passwd) -> str | None:
    """The first folder in a path that the user may not enter, up to one that does not exist."""
    if user.pw_uid == 0:
        return None
    groups = set(os.getgrouplist(user.pw_name, user.pw_gid))
    folders = [folder]
    while (above := os.path.dirname(folders[-1])) != folders[-1]:
        folders.append(above)
    for path in reversed(folders):
        try:
            status = os.stat(path)
        except OSError:
            return None
        shift = 6 if status.st_uid == user.pw_uid else 3 if status.st_gid in groups else 0
        if not status.st_mode >> shift & 1:
            return path
    return None
