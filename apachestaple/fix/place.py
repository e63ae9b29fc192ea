"""Where a line stands, and where a new one goes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.fix.edit import Edit, Where
from apachestaple.httpd.configuration import ErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.httpd.configuration import Directive
    from apachestaple.tls.hosts import Host
    from apachestaple.tls.site import Site

# Beside which of the main server's directives a new one is at home, the best first.
_KIN_OF_CACHE = ("sslsessioncache", "sslstaplingcache", "sslusestapling")
_KIN_OF_SWITCH = ("sslstaplingcache", "sslusestapling", "sslsessioncache")


def real_file(directive: Directive) -> str:
    """The file in which a directive is edited, links followed."""
    return os.path.realpath(directive.file)


def written_lines(directive: Directive) -> list[str]:
    """The physical lines of a directive."""
    return directive.source_file.physical_lines(directive.line, directive.end_line)


def uses_variable(directive: Directive) -> bool:
    """Whether its text has a ``${VARIABLE}``, or a macro's parameter: then it is not ours alone."""
    text = "\n".join(written_lines(directive))
    return "${" in text or (directive.in_macro and any(mark in text for mark in "$%@"))


def replace(directive: Directive, lines: Iterable[str], reason: str) -> Edit:
    """Put lines in the place of a directive."""
    return Edit(real_file(directive), directive.line, Where.REPLACE, tuple(lines), reason)


def remove(directive: Directive, reason: str) -> Edit:
    """Take a directive out."""
    return Edit(real_file(directive), directive.line, Where.REMOVE, (), reason)


class NoPlaceError(Exception):
    """There is no place for a new line; the text says why."""


def in_main_server(site: Site, lines: Iterable[str], reason: str, *, cache: bool = False) -> Edit:
    """Add lines to the main server: beside their kin, or at the end of the main file."""
    kin = _kin(site, _KIN_OF_CACHE if cache else _KIN_OF_SWITCH)
    if kin is None:
        main = os.path.realpath(site.configuration.main_file)
        for error in site.configuration.errors:
            if (
                error.kind is ErrorKind.UNCLOSED_SECTION
                and os.path.realpath(error.place.file) == main
            ):
                raise NoPlaceError(f"{main} line {error.place.line}: {error.message}")
        return Edit(main, 0, Where.END, tuple(lines), reason)
    return Edit(real_file(kin), kin.line, Where.AFTER, tuple(lines), reason)


def in_host(site: Site, host: Host, lines: Iterable[str], reason: str) -> Edit:
    """Add lines to a host: after its last own directive of mod_ssl, or as its first lines."""
    if host.section is None:
        return in_main_server(site, lines, reason)
    section = host.section
    kin = None
    for directive in site.ssl_directives_of(section):
        if directive.file == section.file and directive.source == section.source:
            kin = directive
    if kin is None:
        return Edit(real_file(section), section.line, Where.INSIDE, tuple(lines), reason)
    return Edit(real_file(kin), kin.line, Where.AFTER, tuple(lines), reason)


def _kin(site: Site, names: tuple[str, ...]) -> Directive | None:
    """The last of the main server's directives with the best name, else of any of mod_ssl's."""
    own = [
        directive
        for directive in site.configuration.directives
        if directive.parent is None and directive.key.startswith("ssl") and not directive.in_macro
    ]
    for name in names:
        named = [directive for directive in own if directive.key == name]
        if named:
            return named[-1]
    return own[-1] if own else None
