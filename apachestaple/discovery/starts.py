"""Finds where reading starts for the PATHs of a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.discovery.fragments import by_folder
from apachestaple.discovery.locate import fragments_start, locate, server_start
from apachestaple.discovery.main_files import LayoutError
from apachestaple.discovery.search import open_candidates, search
from apachestaple.httpd.layout import Options

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from apachestaple.discovery.search import Found
    from apachestaple.httpd.start import Start
    from apachestaple.settings import Settings


class Starts(NamedTuple):
    """Where reading starts.

    Attributes:
        starts: one for each main file and each folder of fragments, main files first.
        problems: why paths cannot be read.
        notes: what was not read below the paths, and why.

    """

    starts: Sequence[Start]
    problems: Sequence[str]
    notes: Sequence[str] = ()


def find_start(path: str | None, settings: Settings) -> Start:
    """Where to start reading for ``path``; ``None`` is this machine's httpd.

    Raises:
        LayoutError: there is nothing to read, or there are several main files.
        OSError: the main file cannot be read.

    """
    return locate(path, options_of(settings))


def find_starts(paths: Sequence[str], settings: Settings) -> Starts:
    """Where to start reading for each path; without paths, for this machine's httpd.

    Fragments of a folder are read together. Servers of these paths may include some of them; what
    these servers have read is left out by `Start.without`.
    """
    found = search(paths, options_of(settings))
    open_candidates(found)
    starts = (*server_starts(found), *fragment_starts(found, found.fragments))
    for path in found.templates:
        if not found.given[path].is_folder:
            found.problems.append(f"{path} is a template, which fix does not change")
    if not starts and not found.problems:
        if found.has_excluded:
            return Starts((), (), (*found.notes, all_excluded(paths)))
        return Starts((), (nothing_found(paths, found.searched),), found.notes)
    return Starts(starts, found.problems, found.notes)


def server_starts(found: Found) -> Iterator[Start]:
    """Where to start reading each main file, except those that must not be read."""
    for main in found.mains:
        try:
            yield server_start(main, found.given[main], found.options)
        except LayoutError as error:
            found.add_problem(main, str(error))


def fragment_starts(
    found: Found, heads: Mapping[str, str], roots: Collection[str] = ()
) -> Iterator[Start]:
    """Where to start reading fragments, once for each folder; ``heads`` are their beginnings.

    ``roots`` are the local folders that stand for the root folders of servers.
    """
    is_single = len(heads) == 1
    for files in list(by_folder(heads)):
        given = found.given[files[0]]
        alone = is_single and not given.is_folder
        yield fragments_start(files, given, found.options, is_folder=not alone, roots=roots)


def nothing_found(paths: Sequence[str], searched: int) -> str:
    """The error that nothing was found, with the places and names that were searched."""
    return (
        f"{', '.join(paths)}: no configuration of httpd found; {searched:,} names were searched "
        "for apache2.conf, httpd.conf, other *.conf and *.vhost files, and files in folders such "
        "as sites-available, with directives of httpd"
    )


def all_excluded(paths: Sequence[str]) -> str:
    """A note if there is nothing to read because of ``--exclude``."""
    return f"{', '.join(paths)}: everything that could be read is excluded"


def options_of(settings: Settings) -> Options:
    """The options about the environment of a configuration."""
    return Options(
        settings.root,
        settings.map,
        settings.define,
        settings.httpd_version,
        exclude=settings.exclude,
    )
