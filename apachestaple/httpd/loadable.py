"""How to load a module that is installed but not loaded, in the way of its distribution."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.include import names_file
from apachestaple.httpd.words import split_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Configuration, Place

# The lines that Debian's a2enmod reads in a .load file.
_DEPENDS = re.compile(r"^#\s*Depends:\s*(.*)$", re.MULTILINE)


class Loading(NamedTuple):
    """How to load a module.

    Attributes:
        links: symbolic links to create (Debian): path and target.
        path: path of the shared object for LoadModule; ``""`` if links are used.
        beside: the LoadModule after which the new line goes.
        file: path of a separate file for the line, if the distribution has a folder for these.

    """

    links: tuple[tuple[str, str], ...] = ()
    path: str = ""
    beside: Place | None = None
    file: str = ""


class NotLoadableError(Exception):
    """A module cannot be loaded; the message is the reason."""


def loading(configuration: Configuration, module: str) -> Loading:
    """How to load ``module``, which is a name for LoadModule.

    Raises:
        NotLoadableError: it is not installed, or there is no place for the LoadModule.

    """
    folder = os.path.dirname(configuration.main_file)
    available, enabled = (os.path.join(folder, f"mods-{kind}") for kind in ("available", "enabled"))
    if os.path.isdir(available) and names_file(
        configuration.includes, os.path.join(enabled, "x.load")
    ):
        links = dict(_links(configuration, module.removesuffix("_module"), available, enabled))
        return Loading(links=tuple(links.items()))
    return _line(configuration, module)


def why_not_loadable(configuration: Configuration, module: str) -> str | None:
    """Why `loading` fails, or ``None`` if it succeeds."""
    try:
        loading(configuration, module)
    except NotLoadableError as error:
        return str(error)
    return None


def is_loadable(configuration: Configuration, module: str) -> bool:
    """Whether `loading` succeeds."""
    return why_not_loadable(configuration, module) is None


def _links(
    configuration: Configuration, name: str, available: str, enabled: str
) -> Iterator[tuple[str, str]]:
    """The links that a2enmod creates, first those for dependencies."""
    load = os.path.join(available, f"{name}.load")
    if configuration.paths.is_outside(load):
        raise NotLoadableError(f"mod_{name} was not searched: {load} leads out of the repository")
    try:
        text = configuration.paths.text(load)
    except OSError:
        raise NotLoadableError(f"mod_{name} is not installed: {load} does not exist") from None
    if os.path.lexists(os.path.join(enabled, f"{name}.load")):
        if f"{name}_module" in configuration.modules:
            return
        raise NotLoadableError(f"{enabled}/{name}.load exists, but does not load mod_{name}")
    for found in _DEPENDS.finditer(text):
        for needed in found[1].split():
            yield from _links(configuration, needed, available, enabled)
    for ending in ("load", "conf"):
        if os.path.lexists(os.path.join(available, f"{name}.{ending}")):
            link = os.path.join(os.path.realpath(enabled), f"{name}.{ending}")
            if not os.path.lexists(link):
                yield link, f"../mods-available/{name}.{ending}"


def _line(configuration: Configuration, module: str) -> Loading:
    """A line in the style of the other LoadModule lines, after that of mod_ssl, or the last one."""
    name = module.removesuffix("_module")
    places = configuration.load_modules
    if not places:
        raise NotLoadableError(
            f"mod_{name} is not loaded, and there is no LoadModule line to add it to"
        )
    neighbour = places.get("ssl_module") or list(places.values())[-1]
    file = configuration.files[neighbour.file]
    words = split_words(file.physical_line(neighbour.line))
    path = os.path.join(os.path.dirname(words[-1]), f"mod_{name}.so")
    here = configuration.here(path)
    if configuration.paths.is_other_file_outside(here) or not os.path.isfile(here):
        raise NotLoadableError(f"mod_{name} is not installed: {here} does not exist")
    folder = os.path.dirname(neighbour.file)
    own = os.path.join(os.path.realpath(folder), f"10-{name}.conf")
    # On RHEL, the files of packages have numbers.
    has_folder = os.path.basename(folder) == "conf.modules.d"
    if has_folder and names_file(configuration.includes, own) and not os.path.lexists(own):
        return Loading(path=path, file=own)
    return Loading(path=path, beside=neighbour)
