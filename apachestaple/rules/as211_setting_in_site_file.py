"""AS211."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.mod_ssl.reloads import running_cache
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.remedy import MoveOutOfSiteFile
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_INCLUDE = "Include sites-enabled/*.conf\n"
_A = tls_host("SSLUseStapling on", name="a.example.com")
_B = tls_host("SSLUseStapling on", name="b.example.com")
_INHERITS = tls_host(name="b.example.com")
_ON = "SSLUseStapling on\n"


class SettingInSiteFile(ServerRule):
    """A stapling directive of the main server is in the file of one site, and other sites need it.

    The file of a site is in a folder such as `sites-enabled` or `vhosts.d`, or it contains a
    `<VirtualHost>` and is read by a wildcard Include. When this site is disabled or removed, httpd
    does not read the directive. Without SSLStaplingCache, `httpd -t` passes and httpd does not
    start (AH01958). Without SSLUseStapling, the other sites lose their staples.
    """

    code = "AS211"
    severity = Severity.INFO
    effect = Effect.ADVICE
    fix = Fix.SAFE
    needs_whole = True
    message = {
        "": "{written} is in the file of a site, and hosts in other files use it",
        "cache": "SSLStaplingCache is in the file of a site, and hosts in other files need it: "
        "httpd does not start if {file} is disabled",
    }
    help = "Move the line to a file that httpd reads without this site."
    repair = (
        "`fix` moves the line out of the file of the site: next to other stapling directives, or "
        "in a file of its own, such as `conf-available/ocsp-stapling.conf` on Debian."
    )
    by_hand = (Check("Search the files of sites.", "grep -r SSLStaplingCache sites-enabled"),)
    bad = (
        Example(_INCLUDE, files={"sites-enabled/a.conf": CACHE + _A, "sites-enabled/b.conf": _B}),
        Example(
            CACHE + _INCLUDE,
            files={"sites-enabled/a.conf": _ON + _A, "sites-enabled/b.conf": _INHERITS},
        ),
    )
    good = (
        FIXED,
        Example(CACHE + _INCLUDE, files={"sites-enabled/a.conf": _A, "sites-enabled/b.conf": _B}),
        Example(_INCLUDE, files={"sites-enabled/a.conf": CACHE + _A}),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        for directive, hosts, copies in (*_cache(site), *_settings(site)):
            is_cache = directive.key == "sslstaplingcache"
            yield self.finding(
                directive_subject(directive),
                variant="cache" if is_cache else "",
                hosts=hosts,
                remedy=MoveOutOfSiteFile(directive=directive, copies=copies),
                written=directive.name,
                file=os.path.basename(site.configuration.dependences.site_file(directive) or ""),
            )


class _Needed(NamedTuple):
    """A directive in the file of a site.

    Attributes:
        directive: the directive in force.
        hosts: the hosts in other files that need it.
        copies: earlier directives of the same name that are also in files of sites.

    """

    directive: Directive
    hosts: list[Host]
    copies: tuple[Directive, ...] = ()


def _cache(site: Site) -> Iterator[_Needed]:
    cache = running_cache(site)
    if cache is None:
        return
    site_file = site.configuration.dependences.site_file
    files = set(map(site_file, site.caches))
    if len(files) > 1 or None in files:
        # Without any single site, httpd uses another cache.
        return
    hosts = [host for host in _others(site, cache) if host.use_stapling]
    if hosts:
        yield _Needed(cache, hosts)


def _settings(site: Site) -> Iterator[_Needed]:
    site_file = site.configuration.dependences.site_file
    for key, directive in site.main.own.items():
        if key not in STAPLING_DIRECTIVES or site_file(directive) is None:
            continue
        if COMMANDS[key].problem(directive.arguments) is not None:
            continue
        earlier = [each for each in site.main.overridden if each.key == key]
        if any(site_file(each) is None and _is_same(each, directive) for each in earlier):
            continue
        copies = tuple(each for each in earlier if site_file(each) is not None)
        hosts = [
            host
            for host in _others(site, directive)
            if host.staples and host.setting(key) is directive
        ]
        # The line stays if its file is also included in virtual hosts.
        if hosts and not any(
            each in site.in_force.of_virtual_hosts for each in (directive, *copies)
        ):
            yield _Needed(directive, hosts, copies)


def _others(site: Site, directive: Directive) -> Iterator[Host]:
    """The TLS hosts that do not depend on the same site as a directive."""
    site_file = site.configuration.dependences.site_file
    file = site_file(directive)
    for host in site.tls_hosts:
        if host.section is None or site_file(host.section) != file:
            yield host


def _is_same(one: Directive, other: Directive) -> bool:
    return [word.lower() for word in one.arguments] == [word.lower() for word in other.arguments]
