"""Finds where reading starts for a PATH of the command line."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from apachestaple.discovery.boundaries import boundary_of, is_in_checkout, with_place
from apachestaple.discovery.fragment_places import fragment_place
from apachestaple.discovery.main_files import LayoutError, main_file
from apachestaple.httpd import machine
from apachestaple.httpd.layout import (
    MAIN_NAMES,
    is_main_file,
    place_of,
    telling_lines,
)
from apachestaple.httpd.paths import Paths
from apachestaple.httpd.start import Start
from apachestaple.httpd.start_script import built_in, start_script

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apachestaple.httpd.boundary import Boundary
    from apachestaple.httpd.layout import Options


def ask_ahead(path: str | None) -> None:
    """Start to query this machine's httpd, if `locate` will need it."""
    if path is None or os.path.isdir(path) or os.path.basename(path) in MAIN_NAMES:
        machine.ask()


def locate(path: str | None, options: Options) -> Start:
    """Where to start reading for ``path``: a main file, a folder, a fragment, or this machine.

    Raises:
        LayoutError: nothing was found, or it must not be read.

    """
    ask_ahead(path)
    return locate_main(main_file(path, options), path, options)


def locate_main(main: str, path: str | None, options: Options) -> Start:
    """Where to start reading at ``main``, a main file or fragment that ``path`` stands for.

    Raises:
        LayoutError: it must not be read.

    """
    own = _own_main_file(path, main, options)
    if own is not None:
        return _start(own, telling_lines(own), options, None, is_installed=True)
    boundary = boundary_of(path, main, options)
    if boundary is not None and boundary.excludes(main):
        raise LayoutError(f"{main} leads out of {boundary.name}, so it was not read")
    text = telling_lines(main, options.text_of(main))
    # A fragment does not depend on the installed httpd, and querying httpd takes 15 ms.
    if path is not None and not os.path.isdir(path) and not is_main_file(main, text):
        return fragments_start((main,), options, boundary)
    return _start(main, text, options, boundary, is_installed=False)


def fragments_start(
    files: tuple[str, ...],
    options: Options,
    boundary: Boundary | None,
    *,
    is_folder: bool = False,
    variants: tuple[str, ...] = (),
) -> Start:
    """Where to start reading fragments, as a part of an unknown server."""
    place = fragment_place(files[0], options)
    return Start(
        main_file=files[0],
        server_root=place.server_root,
        paths=Paths(
            place.root, (*options.maps, *place.maps), dict(options.texts), boundary=boundary
        ),
        version=lambda: options.version or machine.installed_version(),
        defines=options.defines,
        whole=False,
        fragments=files if is_folder or variants else (),
        is_folder=is_folder,
        variants=variants,
    )


def _own_main_file(path: str | None, main: str, options: Options) -> str | None:
    """The main file of this machine's httpd, if ``main`` is this file.

    A link in a checkout is not, because the files next to it are not the machine's.
    """
    may_be = path is None or os.path.isdir(path) or os.path.basename(main) in MAIN_NAMES
    if options.root or not may_be:
        return None
    found = machine.installed()
    if found is None:
        return None
    if os.path.abspath(main) == found.main_file:
        return found.main_file
    if os.path.realpath(main) != os.path.realpath(found.main_file):
        return None
    return None if is_in_checkout(main, found.main_file) else found.main_file


def _start(
    main: str, text: str, options: Options, boundary: Boundary | None, *, is_installed: bool
) -> Start:
    """Where to start reading a whole configuration."""
    in_checkout = boundary is not None and boundary.confines_all
    place = place_of(main, text, options, is_installed=is_installed, in_checkout=in_checkout)
    if boundary is not None:
        boundary = with_place(boundary, main, place)
    inherited: Mapping[str, str] = os.environ if is_installed else {}
    script = start_script(main, place, boundary, inherited)
    modules = built_in(text, place.recognised, machine.installed(), is_installed=is_installed)
    return Start(
        main_file=main,
        server_root=place.server_root,
        paths=replace(place.paths, texts=dict(options.texts), boundary=boundary),
        version=lambda: options.version or machine.installed_version(),
        defines={**script.defines, **options.defines},
        environment=script.environment,
        built_in=modules,
        installed=is_installed,
        in_place=place.in_place,
        unread=script.unread,
    )
