"""Whether a directive is only read with the file of one site, or under conditions.

A file of one site is one that an administrator disables or removes with the site (``a2dissite``).
"""

from __future__ import annotations

import os
import re
import weakref
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.packages import is_of_package
from apachestaple.httpd.words import next_word, split_words
from apachestaple.lazy import lazy

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Configuration, Directive
    from apachestaple.httpd.source_file import SourceFile

# Folders with one file for each site, in the layouts of distributions and hosting panels.
_SITE_FOLDERS = frozenset(
    {
        *("sites-enabled", "sites-available", "sites.d", "sites"),
        *("vhosts-enabled", "vhosts-available", "vhosts.d", "vhost.d", "vhosts"),
    }
)
_HOST_OR_USE = re.compile(r"^[ \t]*[\"']?(?:<VirtualHost|Use[ \t])", re.IGNORECASE | re.MULTILINE)
_CONDITIONS = ("ifmodule", "ifdefine", "iffile", "ifversion", "ifdirective", "ifsection")
# Directives of mod_ssl need this condition anyway.
_MOD_SSL = frozenset({("ifmodule", "ssl_module"), ("ifmodule", "mod_ssl.c")})

# Name and arguments of a condition.
Condition = tuple[str, ...]


class Inclusion(NamedTuple):
    """An Include that reads a file.

    Attributes:
        by: the file with the Include, or with the use of the macro that contains it.
        position: index of the logical line there.
        names_it: whether the Include names the file itself, not by a wildcard or a folder.

    """

    by: SourceFile
    position: int
    names_it: bool


class Dependences:
    """The site files and conditions on which the directives of a configuration depend."""

    def __init__(self, configuration: Configuration) -> None:
        # The configuration has this object as an attribute.
        self._configuration: Configuration = weakref.proxy(configuration)
        # By path: the files of sites with which a file is read; None for the server itself.
        self._read_with: dict[str, frozenset[str | None]] = {}
        # By path: the conditions around each logical line.
        self._around: dict[str, list[tuple[Condition, ...]]] = {}

    def site_file(self, directive: Directive) -> str | None:
        """The path of the site's file without which httpd would not read a directive.

        ``None`` if it reads the directive without any single site.
        """
        found = self._sites(_user(directive)[0])
        return next(iter(found)) if len(found) == 1 else None

    def conditions(self, directive: Directive) -> frozenset[Condition]:
        """The conditions under which httpd reads a directive, except those on mod_ssl."""
        found = set(self._lines_around(directive.source_file)[directive.position])
        file, position = _user(directive)
        seen: set[str] = set()
        while file.path not in seen:
            seen.add(file.path)
            found.update(self._lines_around(file)[position])
            for inclusion in self._configuration.inclusions.get(file.path, [])[:1]:
                file, position = inclusion.by, inclusion.position
        return frozenset(found - _MOD_SSL)

    def _sites(self, file: SourceFile) -> frozenset[str | None]:
        path = file.path
        known = self._read_with.get(path)
        if known is not None:
            return known
        # For an Include that leads back to this file.
        self._read_with[path] = frozenset()
        if self._is_of_site(file):
            sites: frozenset[str | None] = frozenset({path})
        else:
            inclusions = self._configuration.inclusions.get(path, [])
            users = {id(each.by): each.by for each in inclusions}.values()
            sites = frozenset().union(*map(self._sites, users)) or frozenset({None})
        self._read_with[path] = sites
        return sites

    def _is_of_site(self, file: SourceFile) -> bool:
        if not self._configuration.whole or file.path == self._configuration.main_file:
            return False
        if any(_folder(path) in _SITE_FOLDERS for path in (file.path, file.real_path)):
            return True
        if is_of_package(file.real_path) or not _HOST_OR_USE.search(file.text):
            return False
        if file.path not in self._files_of_hosts:
            return False
        return not self._is_named(file.path) or len(self._named_files_of_hosts) > 1

    def _is_named(self, path: str) -> bool:
        return all(each.names_it for each in self._configuration.inclusions.get(path, []))

    @lazy
    def _files_of_hosts(self) -> frozenset[str]:
        sections = self._configuration.named("<VirtualHost")
        return frozenset(_user(section)[0].path for section in sections)

    @lazy
    def _named_files_of_hosts(self) -> list[str]:
        """The files with virtual hosts that have an Include of their own."""
        main, files = self._configuration.main_file, self._configuration.files
        return [
            path
            for path in self._files_of_hosts
            if path != main and self._is_named(path) and not is_of_package(files[path].real_path)
        ]

    def _lines_around(self, file: SourceFile) -> list[tuple[Condition, ...]]:
        known = self._around.get(file.path)
        if known is None:
            known = self._around[file.path] = _conditions_around(file)
        return known


def _user(directive: Directive) -> tuple[SourceFile, int]:
    """The file and line of a directive, or of the use of the macro that it came from."""
    use = directive.use
    return (directive.source_file, directive.position) if use is None else (use.file, use.position)


def _folder(path: str) -> str:
    return os.path.basename(os.path.dirname(path))


def _conditions_around(file: SourceFile) -> list[tuple[Condition, ...]]:
    """The conditions around each logical line of a file."""
    found: list[tuple[Condition, ...]] = []
    around: tuple[Condition, ...] = ()
    for line in file.lines.text:
        text = line.strip()
        if text.startswith("<"):
            word, rest = next_word(text)
            name = word.strip("</>").lower()
            if name in _CONDITIONS and text.startswith("</"):
                around = around[:-1]
            elif name in _CONDITIONS:
                around = (*around, (name, *split_words(rest.rpartition(">")[0])))
        found.append(around)
    return found
