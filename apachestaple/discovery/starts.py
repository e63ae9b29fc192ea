"""Finds where reading starts for the PATHs of a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.discovery.locate import locate
from apachestaple.discovery.main_files import LayoutError
from apachestaple.httpd.layout import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.httpd.start import Start
    from apachestaple.settings import Settings


class Starts(NamedTuple):
    """Where reading starts.

    Attributes:
        starts: one for each path, whole configurations first.
        problems: why paths cannot be read.

    """

    starts: Sequence[Start]
    problems: Sequence[str]


def find_start(path: str | None, settings: Settings) -> Start:
    """Where to start reading for ``path``; ``None`` is this machine's httpd.

    Raises:
        LayoutError: there is nothing to read.
        OSError: the main file cannot be read.

    """
    return locate(path, _options(settings))


def find_starts(paths: Sequence[str], settings: Settings) -> Starts:
    """Where to start reading for each path; without paths, for this machine's httpd."""
    options = _options(settings)
    starts: list[Start] = []
    problems: list[str] = []
    wanted: Sequence[str | None] = paths or [None]
    for path in wanted:
        try:
            starts.append(locate(path, options))
        except LayoutError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{error.filename or path}: {error.strerror or error}")
    # A fragment is read as part of the configuration that includes it.
    starts.sort(key=lambda start: not start.whole)
    return Starts(starts, problems)


def _options(settings: Settings) -> Options:
    return Options(settings.root, settings.map, settings.define, settings.httpd_version)
