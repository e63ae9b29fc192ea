"""Changes for which a running httpd must be stopped and started instead of reloaded.

mod_ssl keeps a pointer to its cache in a record that exists as long as the parent process
(ssl_config_global_create), but the cache itself is freed at the next reload. A new record requires
a stop and start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.mod_ssl.cache import PROVIDERS, SERVER_LISTS, shmcb_layout
from apachestaple.mod_ssl.cache_servers import cache_servers
from apachestaple.mod_ssl.dbm import folder_in_place_of_file, missing_folder

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.cache import CacheSetting
    from apachestaple.mod_ssl.site import Site

_MOD_MD = "md_module"


class ReloadProblem(NamedTuple):
    """Why a running httpd must be stopped and started instead of reloaded.

    Attributes:
        reason: the effect of a reload.
        is_harmful: whether a reload ends httpd or makes handshakes fail.

    """

    reason: str
    is_harmful: bool


def reload_problem(before: Site, after: Site) -> ReloadProblem | None:
    """Why an httpd that runs with ``before`` cannot reload ``after``; ``None`` if it can."""
    return (
        _cache_removed(before, after)
        or _provider_changed(before, after)
        or _mod_md_new(before, after)
    )


def _cache_removed(before: Site, after: Site) -> ReloadProblem | None:
    """ssl_scache_init uses the freed cache: AH00819, AH00820 and AH01872, or a crash.

    With redis or memcache, httpd usually continues to run.
    """
    if not before.caches or after.caches:
        return None
    reason = "SSLStaplingCache was removed, and httpd can exit or crash at a reload without it"
    return ReloadProblem(reason, is_harmful=True)


def _provider_changed(before: Site, after: Site) -> ReloadProblem | None:
    """ssl_stapling_mutex_init creates no mutex for the cache if the refresh mutex exists.

    redis and memcache need no mutex, but shmcb and dbm do: AH00052.
    """
    old, new = before.cache, after.cache
    # A provider in upper case is rejected, but httpd may be running with the correct spelling.
    if old is None or new is None or old.provider.lower() not in SERVER_LISTS:
        return None
    if new.provider in SERVER_LISTS:
        return None
    reason = (
        f"SSLStaplingCache changes from {old.provider} to {new.provider}, and after a reload every "
        "child process crashes when a client asks for a staple"
    )
    return ReloadProblem(reason, is_harmful=True)


def _mod_md_new(before: Site, after: Site) -> ReloadProblem | None:
    """md_post_config_before_ssl takes its first run for the test before a start."""
    is_new = after.configuration.has_module(_MOD_MD) and not before.configuration.has_module(
        _MOD_MD
    )
    if not is_new or not any(host.mod_md_staples for host in after.tls_hosts):
        return None
    return ReloadProblem(
        "mod_md was not loaded before, and staples only after the second reload", is_harmful=False
    )


def running_cache(site: Site) -> Directive | None:
    """The SSLStaplingCache that httpd may be running with; ``None`` if it cannot start with it."""
    cache = site.cache
    if cache is None or not starts(cache, site):
        return None
    directive = site.caches[-1]
    place = directive.place
    is_misplaced = any(each.place == place for each in site.misplaced)
    return None if is_misplaced else directive


def starts(cache: CacheSetting, site: Site) -> bool:
    """Whether httpd starts with a cache."""
    module = PROVIDERS.get(cache.provider)
    if cache.refusal is not None or module is None:
        return False
    if not site.configuration.may_have_module(module):
        return False
    if any(server.log_id for server in cache_servers(cache)):
        return False
    if missing_folder(cache, site) or folder_in_place_of_file(cache, site):
        return False
    return cache.size is None or shmcb_layout(cache.size).starts
