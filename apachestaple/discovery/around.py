"""Finds where reading starts for everything that one file is a part of."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.discovery.above import mains_above
from apachestaple.discovery.contents import Kind, head_of, kind_of
from apachestaple.discovery.fragments import by_folder
from apachestaple.discovery.given import given_path
from apachestaple.discovery.locate import fragments_start, server_start
from apachestaple.discovery.main_files import LayoutError
from apachestaple.discovery.search import search
from apachestaple.discovery.starts import options_of, server_starts
from apachestaple.discovery.survey import survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from apachestaple.discovery.given import Given
    from apachestaple.discovery.search import Found
    from apachestaple.httpd.start import Start
    from apachestaple.settings import Settings


def starts_around(
    path: str, settings: Settings, texts: Mapping[str, str], is_read: Callable[[], bool]
) -> Iterator[Start]:
    """Where to start reading the server that reads a file, or else the fragments of its folder.

    The caller reads each start before it takes the next one; ``is_read`` then returns whether that
    has read the file. ``texts`` are read instead of those of files, by real path.

    Raises:
        LayoutError: the file must not be read.
        OSError: it cannot be read.

    """
    found = search([path], options_of(settings)._replace(texts=texts))
    if found.problems:
        raise LayoutError(found.problems[0])
    yield from server_starts(found)
    for template, contents in found.templates.items():
        given = found.given[template]
        for variants in contents.variants:
            yield fragments_start(
                (template,), given, found.options, variants=variants, template=contents.text
            )
    for fragment, head in found.fragments.items():
        for start in _starts_above(fragment, found):
            yield start
            if is_read():
                return
        given = found.given[fragment]
        beside = {**_fragments_beside(fragment, given, found), fragment: head}
        files = next((each for each in by_folder(beside) if fragment in each), (fragment,))
        yield fragments_start(files, given, found.options, is_folder=len(files) > 1)


def _starts_above(fragment: str, found: Found) -> Iterator[Start]:
    """The servers in the folders above a fragment, which may include it."""
    options = found.options
    for main in mains_above([fragment], options, set()):
        try:
            yield server_start(main, given_path(main, options), options)
        except (LayoutError, OSError):
            continue


def _fragments_beside(path: str, given: Given, found: Found) -> dict[str, str]:
    """The beginnings of the fragments in the folder of a file that is one of them.

    If the folder contains only what is enabled elsewhere, the file is not one of them.
    """
    others = survey(os.path.dirname(path), found.options.exclude, is_deep=False).others
    if path not in others:
        return {}
    heads: dict[str, str] = {}
    for other in others:
        if given.boundary is not None and given.boundary.excludes(other):
            continue
        try:
            head = found.options.text_of(other) or head_of(other)
        except OSError:
            continue
        if kind_of(head) is Kind.FRAGMENT:
            heads[other] = head
    return heads
