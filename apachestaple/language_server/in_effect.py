"""The directives in effect that a line makes, and the hosts for which they are in force."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.httpd.configuration import Directive
    from apachestaple.httpd.source_file import SourceFile
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site

_LISTED = ("sslcertificatefile", "sslcertificatekeyfile")


def source_files(site: Site, path: str) -> list[SourceFile]:
    """The files of a site with this path. httpd may read a file through several links."""
    real = os.path.realpath(path)
    return [file for file in site.configuration.files.values() if file.real_path == real]


def directives_at(site: Site, path: str, index: int, key: str) -> list[Directive]:
    """The directives that a logical line makes: none in a false condition, several in a macro."""
    files = set(map(id, source_files(site, path)))
    return [
        directive
        for directive in site.configuration.directives
        if directive.position == index
        and directive.key == key
        and id(directive.source_file) in files
    ]


def variant_at(site: Site, path: str, index: int, key: str) -> tuple[Site, list[Directive]]:
    """The first configuration of a template in which a line is in effect, and its directives.

    Other sites have only one.
    """
    for variant in site.variants:
        directives = directives_at(variant, path, index, key)
        if directives:
            return variant, directives
    return site, []


def written(directive: Directive, site: Site) -> str:
    """A directive as it is written in its file; only its name if the line must not be shown."""
    file = directive.source_file
    if not site.configuration.may_show(file):
        return directive.name
    lines = file.physical_lines(directive.line, directive.end_line)
    return " ".join(line.strip() for line in lines)


def host_with(site: Site, directive: Directive) -> Host:
    """The host in whose section a directive is."""
    return site.host_of(directive) or site.main


def hosts_with(site: Site, directive: Directive) -> Iterator[Host]:
    """The hosts with TLS for which a directive is in force."""
    for host in site.listed_hosts:
        if is_in_force(host, directive):
            yield host


def is_in_force(host: Host, directive: Directive) -> bool:
    """Whether a host has a setting from a directive."""
    if directive is host.section:
        return True
    if directive.key in _LISTED:
        named = ((each.directive, each.key_directive) for each in host.certificates)
        return any(directive in pair for pair in named)
    return host.setting(directive.name) is directive


def replacing(site: Site, directives: Sequence[Directive]) -> Directive | None:
    """The directive that httpd uses instead of some, if it uses none of them."""
    if not directives:
        return None
    if directives[0].key == "sslstaplingcache":
        used = site.caches[-1:]
        return None if not used or used[0] in directives else used[0]
    # A host can have several certificates.
    if directives[0].key in _LISTED:
        return None
    settings = [host_with(site, each).setting(each.name) for each in directives]
    if any(each is None or each in directives for each in settings):
        return None
    return settings[0]
