"""Files for lines of the main server: a new one of our own, or one that is not enabled yet."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.filesystem.reading import names_in
from apachestaple.fix.editing.edit import Edit, Where
from apachestaple.httpd.include import names_file
from apachestaple.httpd.modules import module_name
from apachestaple.httpd.reader import read
from apachestaple.httpd.start import Start
from apachestaple.httpd.words import next_word
from apachestaple.mod_ssl.cache import parse_cache
from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.mod_ssl.reloads import starts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.httpd.configuration import Configuration, Directive
    from apachestaple.httpd.source_file import SourceFile
    from apachestaple.mod_ssl.site import Site

# The names of our own file; the second one if the first is the name of another file.
_NAMES = ("ocsp-stapling.conf", "ocsp-stapling-local.conf")
_SIGNATURE = "written by apachestaple fix"
# The folders of distributions for such files.
_FOLDERS = ("conf.d", "Includes")
_AVAILABLE, _ENABLED = "conf-available", "conf-enabled"
# Directives that say for which responders the file was written.
_OF_RESPONDERS = frozenset({"sslstaplingforceurl", "sslocspproxyurl"})
_SWITCH, _CACHE = "sslusestapling", "sslstaplingcache"


class Snippet(NamedTuple):
    """A file with lines of the main server.

    Attributes:
        path: its path.
        link: the link that enables it, ``""`` if none is needed.

    """

    path: str
    link: str

    def enabled(self) -> Iterator[Edit]:
        """Make the link, if one is needed."""
        if self.link:
            target = os.path.relpath(self.path, os.path.dirname(self.link))
            yield Edit(self.link, 0, Where.LINK, (target,), "link that enables the file")


def is_own_file(file: SourceFile) -> bool:
    """Whether fix has made a file."""
    return is_own_name(file.path) and _SIGNATURE in file.physical_line(1)


def is_own_name(path: str) -> bool:
    """Whether a file has a name of our own file."""
    return os.path.basename(path) in _NAMES


def new_snippet(configuration: Configuration, module: str) -> Snippet | None:
    """A new file for lines that need a module.

    ``None`` if the distribution has no folder for it, or files with its names already exist.
    """
    folder = _folder(configuration)
    above = [os.path.realpath(os.path.dirname(wildcard)) for wildcard in configuration.includes]
    for name in _NAMES:
        candidates = [
            Snippet(os.path.join(each, name), "")
            for each in above
            if os.path.basename(each) in _FOLDERS
        ]
        if os.path.isdir(os.path.join(folder, _AVAILABLE)):
            candidates.insert(0, _of_debian(folder, name))
        for snippet in candidates:
            if not _is_taken(snippet, configuration) and _is_read(snippet, configuration, module):
                return snippet
    return None


def prepared_snippet(site: Site, lines: Sequence[str]) -> Snippet | None:
    """A file of the administrator that is not enabled, and provides the lines or the cache.

    It must have nothing but stapling directives that agree with the present settings.
    """
    configuration = site.configuration
    folder = _folder(configuration)
    try:
        names = sorted(names_in(os.path.join(folder, _AVAILABLE)))
    except OSError:
        return None
    for name in names:
        snippet = _of_debian(folder, name)
        if "stapling" not in name or configuration.paths.is_gone(snippet.path):
            continue
        is_enabled = _exists(snippet.link, configuration)
        if is_enabled or not _is_read(snippet, configuration, "ssl_module"):
            continue
        if _fits(_directives(snippet.path, configuration), lines, site):
            return snippet
    return None


def _folder(configuration: Configuration) -> str:
    return os.path.realpath(os.path.dirname(configuration.main_file))


def _of_debian(folder: str, name: str) -> Snippet:
    return Snippet(os.path.join(folder, _AVAILABLE, name), os.path.join(folder, _ENABLED, name))


def _exists(path: str, configuration: Configuration) -> bool:
    return os.path.lexists(path) or configuration.paths.made_file(path) is not None


def _is_taken(snippet: Snippet, configuration: Configuration) -> bool:
    if configuration.paths.edit_refusal(snippet.path) is not None:
        return True
    return any(_exists(path, configuration) for path in snippet if path)


def _is_read(snippet: Snippet, configuration: Configuration, module: str) -> bool:
    """Whether httpd would read it, and an <IfModule> of the module would be true there."""
    read_as = snippet.link or snippet.path
    before = [
        number
        for wildcard, number in configuration.includes.items()
        if names_file([wildcard], read_as)
    ]
    if not before:
        return False
    name = module_name(module)
    if name not in configuration.load_modules:
        return configuration.has_module(name)
    return name in list(configuration.load_modules)[: before[0]]


def _directives(path: str, configuration: Configuration) -> list[Directive]:
    """The directives that httpd would read from a file; empty if it rejects the file."""
    start = Start(
        path,
        configuration.server_root,
        configuration.paths,
        configuration.version,
        environment=configuration.environment,
        built_in=frozenset(configuration.modules),
    )
    try:
        alone = read(start)
    except OSError:
        return []
    return [] if alone.errors or alone.load_modules else alone.directives


def _fits(directives: Sequence[Directive], lines: Sequence[str], site: Site) -> bool:
    """Whether a file provides lines or the cache, and agrees with the present settings."""
    own = {directive.key: directive for directive in directives}
    if not directives or not all(_is_usable(directive, site) for directive in directives):
        return False
    wanted = {name.lower(): value.lower() for name, value in map(next_word, lines)}
    switch = own.get(_SWITCH)
    if switch is not None:
        if {first_argument(switch).lower(), wanted.get(_SWITCH, "on")} != {"on"}:
            return False
        inheriting = (host for host in site.tls_hosts if _SWITCH not in host.own)
        if _SWITCH not in wanted and not all(host.use_stapling for host in inheriting):
            return False
    if own.keys() & site.main.own.keys() or (_CACHE in own and site.caches):
        return False
    if _CACHE in own and (_CACHE in wanted or _SWITCH in wanted):
        return True
    return all(name in own and own[name].raw.lower() == value for name, value in wanted.items())


def _is_usable(directive: Directive, site: Site) -> bool:
    """Whether it is a stapling directive that works for any certificate."""
    key = directive.key
    if key not in STAPLING_DIRECTIVES or key in _OF_RESPONDERS or directive.parent is not None:
        return False
    if key == _CACHE and not starts(parse_cache(first_argument(directive)), site):
        return False
    return COMMANDS[key].problem(directive.arguments) is None
