"""Reads all that the PATHs of a command line stand for: servers, and fragments in their context."""

from __future__ import annotations

import gc
import os
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from apachestaple.discovery.above import mains_above
from apachestaple.discovery.given import given_path
from apachestaple.discovery.locate import fragments_start, server_start
from apachestaple.discovery.main_files import LayoutError
from apachestaple.discovery.search import open_candidates, search
from apachestaple.discovery.starts import (
    all_excluded,
    fragment_starts,
    nothing_found,
    options_of,
    server_starts,
)
from apachestaple.mod_ssl.reading import SiteReader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apachestaple.discovery.search import Found
    from apachestaple.httpd.start import Start
    from apachestaple.mod_ssl.site import Site
    from apachestaple.settings import Settings

# What reading leaves over contains cycles, and is freed after so many servers.
_SERVERS_BETWEEN_COLLECTIONS = 50
# A host takes about 300 bytes.
_MANY_FILES, _LARGE_FILE = 400, 120_000

_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


@dataclass
class Sites:
    """What was read.

    Attributes:
        sites: the servers, and the fragments that no server reads, once for each folder.
        problems: why PATHs could not be read.
        notes: what was not read below the PATHs, and why.
        taken: how each file is read.

    """

    sites: list[Site] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)


def read_paths(
    paths: Sequence[str], settings: Settings, texts: Mapping[str, str] = _NO_TEXTS
) -> Sites:
    """Read each path; without paths, this machine's httpd.

    ``texts`` are read instead of those of files, by path.
    """
    real_texts = {os.path.realpath(path): text for path, text in texts.items()}
    found = search(paths, options_of(settings)._replace(texts=real_texts))
    reader = SiteReader(settings.certificates_required)
    if _is_large(found):
        reader.expect_many_certificates()
    reading = _Reading(found, reader)
    reading.read_servers()
    open_candidates(found, reading.known)
    reading.read_servers()
    reading.read_fragments()
    reading.read_templates()
    sites = reading.sites
    problems = found.problems
    if not sites and not problems:
        if found.has_excluded:
            found.notes.append(all_excluded(paths))
        elif found.has_empty:
            # A hook passes any YAML file that was changed.
            found.notes.append(f"{', '.join(paths)}: no configuration of httpd in it")
        else:
            problems = [nothing_found(paths, settings.root, found.searched)]
    return Sites(sites, problems, found.notes, found.taken)


def _is_large(found: Found) -> bool:
    """Whether there probably are hundreds of hosts, in files of their own or in a main file."""
    if len(found.candidates) >= _MANY_FILES:
        return True
    with suppress(OSError):
        return any(os.path.getsize(main) >= _LARGE_FILE for main in found.mains)
    return False


class _Reading:
    """Reads what was found.

    Attributes:
        sites: what was read.
        known: paths and real paths of the files that were read.

    """

    def __init__(self, found: Found, reader: SiteReader) -> None:
        self._found = found
        self._reader = reader
        self.sites: list[Site] = []
        self.known: set[str] = set()
        # Local folders that stand for the root folders of the servers.
        self._roots: set[str] = set()

    def read_servers(self) -> None:
        several = len(self._found.mains) > 1
        for number, start in enumerate(server_starts(self._found), 1):
            if os.path.realpath(start.main_file) not in self.known:
                self._add(start)
                if several and self.sites:
                    self.sites[-1].release()
            if number % _SERVERS_BETWEEN_COLLECTIONS == 0:
                # Only the objects since the last time are visited, so that the time is linear.
                gc.collect(0)
        self._found.mains.clear()

    def read_fragments(self) -> None:
        """Read fragments: in the server that includes them, or else those of a folder together."""
        heads = {
            path: head
            for path, head in self._found.fragments.items()
            if os.path.realpath(path) not in self.known
        }
        self._read_in_context(heads)
        for start in fragment_starts(self._found, heads, self._roots, self.known.__contains__):
            self._add(start)

    def read_templates(self) -> None:
        """Read each configuration in a template or YAML file, as a fragment."""
        options = self._found.options
        for path, template in self._found.templates.items():
            given = self._found.given[path]
            for variants in template.variants:
                start = fragments_start(
                    (path,), given, options, variants=variants, template=template.text
                )
                self._add(start)
                self.sites[-1].release()

    def _read_in_context(self, heads: dict[str, str]) -> None:
        """Read the servers above fragments that include them; leaves the other ones."""
        for main in mains_above(heads, self._found.options, set()):
            if os.path.realpath(main) not in self.known:
                self._read_with(main, heads)

    def _read_with(self, main: str, heads: dict[str, str]) -> None:
        """Read a server above, and keep it if it includes one of the fragments."""
        options = self._found.options
        try:
            site = self._reader.read(server_start(main, given_path(main, options), options))
        except (LayoutError, OSError):
            return
        files = {os.path.realpath(path) for path in site.configuration.files}
        included = [path for path in heads if os.path.realpath(path) in files]
        if included and site.configuration.whole:
            site.configuration.focus = frozenset(map(os.path.realpath, included))
            self.sites.append(site)
            for path in included:
                del heads[path]
                self._found.taken[path] = f"included by {main}"

    def _add(self, start: Start) -> None:
        try:
            site = self._reader.read(start)
        except OSError as error:
            if error.filename != start.main_file:
                raise
            problem = f"{error.filename}: {error.strerror}"
            self._found.add_problem(start.main_file, problem)
            return
        self.sites.append(site)
        if start.whole:
            self._roots.add(start.paths.root)
        taken = f"read by {start.main_file}"
        for path, file in site.configuration.files.items():
            self.known.update((path, file.real_path))
            self._found.taken.setdefault(path, taken)
