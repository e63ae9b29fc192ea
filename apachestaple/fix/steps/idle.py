"""Finds settings that have no effect any more when stapling is turned off for their hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import is_editable
from apachestaple.fix.steps.plan import place_of
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.fix.steps.switches import Wish
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site

# A cache is needed by a running httpd, a proxy is also used for client certificates, and a URL may
# be all that makes stapling possible later.
_KEPT = {"sslusestapling", "sslstaplingcache", "sslocspproxyurl", "sslstaplingforceurl"}
_IDLE = frozenset(STAPLING_DIRECTIVES) - _KEPT


def idle_settings(site: Site, wishes: Sequence[Wish]) -> list[tuple[Directive, str]]:
    """Timeouts and error switches that lose their effect when the wishes are fulfilled, and why.

    A line that has no effect before belongs to the administrator, and lint reports it.
    """
    turned_off = [wish.host for wish in wishes if not wish.on and wish.host.use_stapling]
    if not turned_off:
        return []
    # Hosts of mod_md have no wish. mod_ssl staples for them if mod_md has no response.
    wanted = {wish.host: wish.on for wish in wishes}
    stapling = [host for host in site.tls_hosts if wanted.get(host, host.use_stapling)]
    used = {place_of(each) for host in stapling for each in _settings(host)}
    if stapling or not site.configuration.whole:
        used |= {place_of(each) for each in _settings(site.main)}
    elif site.main not in turned_off:
        turned_off.append(site.main)
    return [
        (each, f"{each.name} removed: it has no effect while stapling is off")
        for host in turned_off
        for each in _settings(host)
        if place_of(each) not in used and is_editable(site, each)
        if site.configuration.whole or _is_only_in(each, host)
    ]


def _settings(host: Host) -> Iterator[Directive]:
    return (each for each in (*host.own.values(), *host.overridden) if each.key in _IDLE)


def _is_only_in(setting: Directive, host: Host) -> bool:
    """Whether no other host can include the line, also if the rest of the server is unknown."""
    is_here = host.section is not None and setting.file == host.section.file
    return is_here and not setting.in_macro
