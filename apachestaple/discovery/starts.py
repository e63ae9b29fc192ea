"""Finds where reading starts for the PATHs of a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.discovery.boundaries import boundary_of
from apachestaple.discovery.locate import fragments_start, locate
from apachestaple.discovery.search import open_candidates, search
from apachestaple.httpd.layout import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.httpd.start import Start
    from apachestaple.settings import Settings


class Starts(NamedTuple):
    """Where reading starts.

    Attributes:
        starts: one for each main file and each fragment, main files first.
        problems: why paths cannot be read.

    """

    starts: Sequence[Start]
    problems: Sequence[str]


def find_start(path: str | None, settings: Settings) -> Start:
    """Where to start reading for ``path``; ``None`` is this machine's httpd.

    Raises:
        LayoutError: there is nothing to read, or there are several main files.
        OSError: the main file cannot be read.

    """
    return locate(path, options_of(settings))


def find_starts(paths: Sequence[str], settings: Settings) -> Starts:
    """Where to start reading for each path; without paths, for this machine's httpd.

    A fragment is read alone, unless a server of these paths includes it.
    """
    options = options_of(settings)
    found = search(paths, options)
    open_candidates(found, (), options)
    fragments = [
        fragments_start((path,), options, boundary_of(found.given[path], path, options))
        for path in found.fragments
    ]
    for path in found.templates:
        if found.given[path] == path:
            found.problems.append(f"{path} is a template, which fix does not change")
    starts = (*found.servers, *fragments)
    if not starts and not found.problems:
        return Starts((), (nothing_found(paths, found.searched),))
    return Starts(starts, found.problems)


def nothing_found(paths: Sequence[str], searched: int) -> str:
    """The error that nothing was found, with the places and names that were searched."""
    return (
        f"{', '.join(paths)}: no configuration of httpd found; {searched:,} names were searched "
        "for apache2.conf, httpd.conf, other *.conf and *.vhost files, and files in folders such "
        "as sites-available, with directives of httpd"
    )


def options_of(settings: Settings) -> Options:
    """The options about the environment of a configuration."""
    return Options(settings.root, settings.map, settings.define, settings.httpd_version)
