"""AS210."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.cache import parse_cache
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Configuration, Directive
    from apachestaple.mod_ssl.site import Site

_HOST = tls_host("SSLUseStapling on")


class DbmOutOfReach(DirectiveRule):
    """httpd's children may not enter the folder of a dbm cache.

    httpd makes the file as root and gives it to the `User` of its children (socache_dbm_init), but
    not the folders above it. Where one of them is closed to that user, nothing can be cached, and
    each handshake asks the responder. To play it takes a root that starts httpd.
    """

    code = "AS210"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    log_id = "AH00807"
    needs_whole = True
    names = frozenset({"sslstaplingcache"})
    bad = Example(
        f"User www-data\nSSLStaplingCache dbm:private/stapling\n{_HOST}",
        files={"private/kept": "of mode 0700\n"},
    )
    good = Example(f"User www-data\nSSLStaplingCache dbm:logs/stapling\n{_HOST}")

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Where the files of the server are here, and its user is known."""
        cache = parse_cache(first_argument(directive))
        if not site.certificates_required or cache.provider != "dbm" or not cache.argument:
            return
        configuration = site.configuration
        user = _user(configuration)
        if user is None:
            return
        folder = configuration.paths.real(os.path.dirname(configuration.absolute(cache.argument)))
        closed = _closed_folder(folder, user)
        if closed is not None:
            yield self.finding(
                directive.place,
                f"{user.pw_name}, as whom httpd's children run, may not enter {closed}, so nothing "
                "is cached",
                f"Open it (chmod a+x {closed}), or put the cache elsewhere.",
            )


def _user(configuration: Configuration) -> pwd.struct_passwd | None:
    """As whom the children run, where that is said and known here."""
    name = ""
    for directive in configuration.named("User"):
        if directive.parent is None:
            name = first_argument(directive)
    try:
        return pwd.getpwuid(int(name[1:])) if name.startswith("#") else pwd.getpwnam(name)
    except (KeyError, ValueError):
        return None


def _closed_folder(folder: str, user: pwd.struct_passwd) -> str | None:
    """The first folder on the way that the user may not enter; one that is missing ends the way."""
    if user.pw_uid == 0:
        return None
    groups = set(os.getgrouplist(user.pw_name, user.pw_gid))
    on_the_way = [folder]
    while (above := os.path.dirname(on_the_way[-1])) != on_the_way[-1]:
        on_the_way.append(above)
    for path in reversed(on_the_way):
        try:
            status = os.stat(path)
        except OSError:
            return None
        shift = 6 if status.st_uid == user.pw_uid else 3 if status.st_gid in groups else 0
        if not status.st_mode >> shift & 1:
            return path
    return None
