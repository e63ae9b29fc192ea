"""Finds the servers and the possible fragments that the PATHs of a command line stand for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.discovery.boundaries import boundary_of
from apachestaple.discovery.contents import HEAD, Kind, head_of, kind_of
from apachestaple.discovery.locate import locate, locate_main
from apachestaple.discovery.main_files import LayoutError, existing, mains_of_root
from apachestaple.discovery.survey import EXCLUDED, survey
from apachestaple.discovery.templates.documents import documents, needs_rendering
from apachestaple.filesystem.reading import read_file
from apachestaple.filesystem.real_paths import RealPaths

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apachestaple.httpd.boundary import Boundary
    from apachestaple.httpd.layout import Options
    from apachestaple.httpd.start import Start

# The largest template that is read; files of other programs may have the same suffixes.
MOST_BYTES_OF_TEMPLATE = 1 << 20


@dataclass
class Found:
    """What the PATHs stand for.

    Attributes:
        servers: where reading of whole configurations starts.
        fragments: the beginning of each fragment, by its path.
        templates: the configurations in each template or YAML file, by its path: for each, the
            texts that it can become.
        candidates: files that may be configurations, and have not been opened yet.
        given: the PATH that led to each server below it, fragment and candidate.
        problems: why PATHs cannot be read.
        notes: what was not read below the PATHs, and why.
        taken: how each file is read.
        searched: the number of names in the folders that were searched.
        boundaries: the folders below which files may be read, by PATH and folder.

    """

    servers: list[Start] = field(default_factory=list)
    fragments: dict[str, str] = field(default_factory=dict)
    templates: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    candidates: list[str] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    searched: int = 0
    boundaries: dict[tuple[str, str], Boundary | None] = field(default_factory=dict)

    @property
    def has_excluded(self) -> bool:
        """Whether a file or folder was left out because the user excluded it."""
        return EXCLUDED in self.taken.values()


def search(paths: Sequence[str], options: Options) -> Found:
    """The servers and candidates for each path; without paths, this machine's httpd."""
    found = Found()
    wanted: Sequence[str | None] = paths or [None]
    for path in wanted:
        try:
            _search(path, options, found)
        except LayoutError as error:
            found.problems.append(str(error))
        except OSError as error:
            found.problems.append(f"{error.filename or path}: {error.strerror or error}")
    return found


def open_candidates(found: Found, known: Iterable[str], options: Options) -> None:
    """Look what the candidates are, except those that a server reads (``known``, real paths).

    What cannot be read in a folder from which a server reads is left to the findings about it.
    """
    seen = set(known)
    folders = set(map(os.path.dirname, seen))
    real_paths = RealPaths()
    for path in found.candidates:
        real = real_paths.find(path)
        if real in seen:
            continue
        seen.add(real)
        try:
            head = _head(path, found.given[path], options, found)
        except LayoutError as error:
            found.taken[path] = "not read"
            if os.path.realpath(os.path.dirname(path)) not in folders:
                found.notes.append(str(error))
            continue
        if needs_rendering(path, head):
            _add_template(path, head, found)
            continue
        kind = kind_of(head)
        found.taken[path] = kind
        if kind is Kind.MAIN:
            _add_server(path, found.given[path], options, found)
        elif kind is Kind.FRAGMENT:
            found.fragments[path] = head
    found.candidates.clear()


def _search(path: str | None, options: Options, found: Found) -> None:
    folder = options.root if path is None else existing(path, options)
    if not folder:
        found.servers.append(locate(None, options))
        return
    given = options.text_of(folder)
    if given is None and os.path.isdir(folder):
        _search_folder(folder, options, found)
    else:
        head = head_of(folder) if given is None else given
        if needs_rendering(folder, head):
            path = os.path.abspath(folder)
            found.given[path] = path
            _add_template(path, head, found)
            return
        start = locate(folder, options)
        if start.whole:
            found.servers.append(start)
            found.taken[start.main_file] = Kind.MAIN
        else:
            found.fragments[start.main_file] = head
            found.given[start.main_file] = start.main_file
            found.taken[start.main_file] = Kind.FRAGMENT


def _search_folder(folder: str, options: Options, found: Found) -> None:
    if os.path.realpath(folder) == "/":
        # The places of main files are known, and everything else is not a configuration.
        for path in mains_of_root(folder):
            _add_server(path, folder, options, found)
        return
    surveyed = survey(folder, options.exclude)
    found.searched += surveyed.names
    found.notes += surveyed.problems
    found.taken.update(surveyed.passed)
    for path in surveyed.mains:
        try:
            head = _head(path, folder, options, found)
        except LayoutError as error:
            found.notes.append(str(error))
            continue
        kind = kind_of(head, has_main_name=True)
        if needs_rendering(path, head):
            found.given[path] = folder
            _add_template(path, head, found)
        elif kind is Kind.MAIN:
            _add_server(path, folder, options, found)
        else:
            found.taken[path] = kind
    found.candidates += surveyed.others
    found.given.update(dict.fromkeys(surveyed.others, folder))


def boundary_for(path: str, given: str, options: Options, found: Found) -> Boundary | None:
    """The folders below which files may be read for a file that was found below a PATH."""
    key = given, os.path.dirname(path)
    if key not in found.boundaries:
        found.boundaries[key] = boundary_of(given, path, options)
    return found.boundaries[key]


def _head(path: str, given: str, options: Options, found: Found) -> str:
    """The beginning of a file below a PATH.

    Raises:
        LayoutError: it must not or cannot be read.

    """
    boundary = boundary_for(path, given, options, found)
    if os.path.islink(path) and not os.path.exists(path):
        raise LayoutError(f"{path} is a broken link, so it was not read")
    if boundary is not None and boundary.excludes(path):
        raise LayoutError(f"{path} leads out of {boundary.name}, so it was not read")
    try:
        return head_of(path)
    except OSError as error:
        raise LayoutError(f"{path}: {error.strerror}, so it was not read") from None


def _add_template(path: str, head: str, found: Found) -> None:
    """Add a template or YAML file, if it contains configurations of httpd."""
    if len(head) >= HEAD and os.path.exists(path):
        try:
            head = read_file(path, MOST_BYTES_OF_TEMPLATE).decode("utf-8", "surrogateescape")
        except OSError as error:
            found.notes.append(f"{path}: {error.strerror}, so it was not read")
            return
    contents = list(documents(path, head))
    found.taken[path] = "template" if contents else Kind.OTHER
    if contents:
        found.templates[path] = contents


def _add_server(path: str, given: str, options: Options, found: Found) -> None:
    found.taken[path] = Kind.MAIN
    found.given[path] = given
    try:
        found.servers.append(locate_main(path, given, options))
    except LayoutError as error:
        found.notes.append(str(error))
