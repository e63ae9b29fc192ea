"""Finds the main files and the possible fragments that the PATHs of a command line stand for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.discovery.boundaries import refuse_outside
from apachestaple.discovery.contents import HEAD, Kind, head_of, kind_of, needs_rendering
from apachestaple.discovery.given import given_path, is_main_file
from apachestaple.discovery.main_files import LayoutError, mains_of_root
from apachestaple.discovery.names import is_likely
from apachestaple.discovery.survey import EXCLUDED, survey
from apachestaple.filesystem.reading import read_file
from apachestaple.filesystem.real_paths import RealPaths

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from apachestaple.discovery.given import Given
    from apachestaple.discovery.templates.documents import Documents
    from apachestaple.httpd.boundary import Boundary
    from apachestaple.httpd.layout import Options

# The largest template that is read; files of other programs may have the same suffixes.
MOST_BYTES_OF_TEMPLATE = 1 << 20


@dataclass
class Found:
    """What the PATHs stand for.

    Attributes:
        options: the options of the command line about the environment of configurations.
        mains: the main files.
        fragments: the beginning of each fragment, by its path.
        templates: the configurations in each template or YAML file, by its path.
        candidates: files that may be configurations, and have not been opened yet.
        given: the PATH that led to each of these files.
        problems: why PATHs cannot be read.
        notes: what was not read below the PATHs, and why.
        taken: how each file is read.
        searched: the number of names in the folders that were searched.
        has_empty: whether a PATH is a template or YAML file without any configuration of httpd.

    """

    options: Options
    mains: list[str] = field(default_factory=list)
    fragments: dict[str, str] = field(default_factory=dict)
    templates: dict[str, Documents] = field(default_factory=dict)
    candidates: list[str] = field(default_factory=list)
    given: dict[str, Given] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    searched: int = 0
    has_empty: bool = False

    @property
    def has_excluded(self) -> bool:
        """Whether a file or folder was left out because the user excluded it."""
        return EXCLUDED in self.taken.values()

    def add_main(self, path: str, given: Given) -> None:
        self.mains.append(path)
        self.given[path] = given
        self.taken[path] = Kind.MAIN

    def add_problem(self, path: str, problem: str) -> None:
        """Add why a file was not read: a note if the user named only a folder above it."""
        given = self.given.get(path)
        (self.notes if given is not None and given.is_folder else self.problems).append(problem)


def search(paths: Sequence[str], options: Options) -> Found:
    """The main files and candidates for each path; without paths, of this machine's httpd."""
    found = Found(options)
    wanted: Sequence[str | None] = paths or [None]
    for path in wanted:
        try:
            given = given_path(path, options)
            if given.is_folder:
                _search_folder(given, found)
            elif path is None:
                found.add_main(given.path, given)
            else:
                _search_file(given, found)
        except LayoutError as error:
            found.problems.append(str(error))
        except OSError as error:
            found.problems.append(f"{error.filename or path}: {error.strerror or error}")
    return found


def open_candidates(found: Found, known: Collection[str] = ()) -> None:
    """Look what the candidates are, except those that a server reads.

    ``known`` are the real paths of the files that servers read, and may contain their paths.

    What cannot be read in a folder from which a server reads is left to the findings about it.
    Broken links in folders without configurations of httpd are not noted.
    """
    seen: set[str] = set()
    real_paths = RealPaths()
    unread: dict[str, str] = {}
    for path in found.candidates:
        if path in known:
            continue
        real = real_paths.find(path)
        if real in known or real in seen:
            continue
        seen.add(real)
        given = found.given[path]
        try:
            head = _head(path, given.boundary)
        except LayoutError as error:
            found.taken[path] = "not read"
            unread[path] = str(error)
            continue
        if needs_rendering(path, head):
            _add_template(path, head, found)
            continue
        kind = kind_of(head)
        found.taken[path] = kind
        if kind is Kind.MAIN:
            found.add_main(path, given)
        elif kind is Kind.FRAGMENT:
            found.fragments[path] = head
    found.candidates.clear()
    if unread:
        _note_unread(unread, found, known)


def _note_unread(unread: Mapping[str, str], found: Found, known: Collection[str]) -> None:
    """Note why candidates were not read, except where others report it, or nobody needs it."""
    of_servers = set(map(os.path.dirname, known))
    beside = set(map(os.path.dirname, found.fragments))
    for path, note in unread.items():
        folder, name = os.path.split(path)
        if os.path.realpath(folder) in of_servers:
            continue
        if os.path.exists(path) or folder in beside or is_likely(folder, name):
            found.notes.append(note)


def _search_file(given: Given, found: Found) -> None:
    path = given.path
    found.given[path] = given
    is_main = is_main_file(given)
    head = head_of(path) if given.text is None else given.text
    if needs_rendering(path, head):
        refuse_outside(path, given.boundary)
        _add_template(path, head, found)
        found.has_empty = found.has_empty or path not in found.templates
    elif is_main:
        found.add_main(path, given)
    else:
        found.fragments[path] = head
        found.taken[path] = Kind.FRAGMENT


def _search_folder(given: Given, found: Found) -> None:
    if os.path.realpath(given.path) == "/":
        # The places of main files are known, and everything else is not a configuration.
        for path in mains_of_root(given.path):
            found.add_main(path, given)
        return
    surveyed = survey(given.path, found.options.exclude)
    found.searched += surveyed.names
    found.notes += surveyed.problems
    found.taken.update(surveyed.passed)
    for path in surveyed.mains:
        try:
            head = _head(path, given.boundary)
        except LayoutError as error:
            found.notes.append(str(error))
            continue
        kind = kind_of(head, has_main_name=True)
        if needs_rendering(path, head):
            found.given[path] = given
            _add_template(path, head, found)
        elif kind is Kind.MAIN:
            found.add_main(path, given)
        else:
            found.taken[path] = kind
    found.candidates += surveyed.others
    found.given.update(dict.fromkeys(surveyed.others, given))


def _head(path: str, boundary: Boundary | None) -> str:
    """The beginning of a file below a PATH.

    Raises:
        LayoutError: it must not or cannot be read.

    """
    if os.path.islink(path) and not os.path.exists(path):
        raise LayoutError(f"{path} is a broken link, so it was not read")
    refuse_outside(path, boundary)
    try:
        return head_of(path)
    except OSError as error:
        raise LayoutError(f"{path}: {error.strerror}, so it was not read") from None


def _add_template(path: str, head: str, found: Found) -> None:
    """Add a template or YAML file, if it contains configurations of httpd."""
    # Most runs need none of it.
    from apachestaple.discovery.templates.documents import documents  # noqa: PLC0415

    if len(head) >= HEAD and os.path.exists(path):
        try:
            head = read_file(path, MOST_BYTES_OF_TEMPLATE).decode("utf-8", "surrogateescape")
        except OSError as error:
            found.notes.append(f"{path}: {error.strerror}, so it was not read")
            return
    template = documents(path, head, is_given=not found.given[path].is_folder)
    found.taken[path] = "template" if template.variants else Kind.OTHER
    if template.variants:
        found.templates[path] = template
    if template.has_more:
        found.notes.append(
            f"{path}: only the first {len(template.variants):,} configurations in it were read"
        )
