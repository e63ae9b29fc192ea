"""Finds where reading starts for a PATH of the command line."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from apachestaple.discovery.boundaries import is_in_checkout, refuse_outside, with_place
from apachestaple.discovery.fragment_places import fragment_place
from apachestaple.discovery.given import given_path, is_main_file
from apachestaple.discovery.main_files import installed_main_file, main_in_folder
from apachestaple.httpd import machine
from apachestaple.httpd.layout import place_of, telling_lines
from apachestaple.httpd.paths import Paths
from apachestaple.httpd.start import Start
from apachestaple.httpd.start_script import built_in, start_script

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from apachestaple.discovery.given import Given
    from apachestaple.httpd.layout import Options


def locate(path: str | None, options: Options) -> Start:
    """Where to start reading for ``path``: a main file, a folder, a fragment, or this machine.

    Raises:
        LayoutError: nothing was found, there are several main files, or it must not be read.

    """
    given = given_path(path, options)
    if given.is_folder:
        return server_start(main_in_folder(given.path), given, options)
    if is_main_file(given):
        return server_start(given.path, given, options)
    return fragments_start((given.path,), given, options)


def server_start(main: str, given: Given, options: Options) -> Start:
    """Where to start reading the whole configuration of a main file that a PATH led to.

    Raises:
        LayoutError: it must not be read.

    """
    is_installed = not options.root and _is_installed(main)
    if is_installed:
        main = installed_main_file()
    boundary = None if is_installed else given.boundary
    refuse_outside(main, boundary)
    text = telling_lines(main, given.text)
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
        paths=replace(place.paths, texts=dict(options.texts), made=options.made, boundary=boundary),
        version=lambda: options.version or machine.installed_version(),
        defines={**script.defines, **options.defines},
        environment=script.environment,
        built_in=modules,
        installed=is_installed,
        in_place=place.in_place,
        own_openssl=(found := place.recognised.distribution) is not None and found.own_openssl,
        unread=script.unread,
    )


def fragments_start(
    files: tuple[str, ...],
    given: Given,
    options: Options,
    *,
    is_folder: bool = False,
    variants: tuple[str, ...] = (),
    roots: Collection[str] = (),
    template: str = "",
) -> Start:
    """Where to start reading fragments, as a part of an unknown server.

    ``roots`` are the local folders that stand for the root folders of other servers. It does not
    depend on the installed httpd, because querying httpd takes 15 ms.
    """
    place = fragment_place(files[0], options, roots)
    maps = (*options.maps, *place.maps)
    return Start(
        main_file=files[0],
        server_root=place.server_root,
        paths=Paths(place.root, maps, dict(options.texts), boundary=given.boundary),
        version=lambda: options.version or machine.installed_version(),
        defines=options.defines,
        whole=False,
        fragments=files if is_folder or variants else (),
        is_folder=is_folder,
        variants=variants,
        template=template,
    )


def _is_installed(main: str) -> bool:
    """Whether a main file is the one of this machine's httpd.

    A link in a checkout is not, because the files next to it are not the machine's.
    """
    if os.path.basename(main) not in machine.MAIN_NAMES:
        return False
    found = machine.installed()
    if found is None or os.path.realpath(main) != os.path.realpath(found.main_file):
        return False
    return main == found.main_file or not is_in_checkout(main, found.main_file)
