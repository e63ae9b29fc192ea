"""The variables and options that a distribution's start script passes to httpd."""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.filesystem.reading import names_in
from apachestaple.httpd.distributions import DEBIAN, Recognised
from apachestaple.httpd.envvars import EnvvarsError, read_envvars
from apachestaple.httpd.modules import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apachestaple.httpd.boundary import Boundary
    from apachestaple.httpd.layout import Place
    from apachestaple.httpd.machine import Machine


class StartScript(NamedTuple):
    """The variables and options that a start script passes to httpd.

    Attributes:
        environment: the variables.
        defines: the names of its ``-D`` options.
        unread: files with variables that were not read, each with the reason.

    """

    environment: Mapping[str, str]
    defines: dict[str, str | None]
    unread: tuple[tuple[str, str], ...]


def start_script(
    main: str, place: Place, boundary: Boundary | None, environment: Mapping[str, str]
) -> StartScript:
    """The variables and options of the start script for the distribution of a main file.

    ``environment`` is the environment before. It is empty for a repository's configuration, because
    our environment is not part of it.
    """
    script = _Script(boundary)
    folder = os.path.dirname(main)
    distribution = place.recognised.distribution
    words: list[str] = []
    if distribution is DEBIAN:
        if place.recognised.folder != DEBIAN.folder:
            environment = {**environment, "APACHE_CONFDIR": place.recognised.folder}
        environment = script.read(os.path.join(folder, "envvars"), environment)
        words = environment.get("APACHE_ARGUMENTS", "").split()
    for path in _further_files(os.path.join(folder, "envvars.d")):
        environment = script.read(path, environment)
    defines: dict[str, str | None] = {}
    if distribution is not None:
        if distribution.options:
            path, variable = distribution.options
            here = place.copied(path)
            words = script.read(here, {}).get(variable, "").split() if here else []
        defines = dict.fromkeys(distribution.defines)
        for before, word in zip(["", *words], words, strict=False):
            if before == "-D" or (distribution.bare_options and not word.startswith("-")):
                defines[word] = None
            elif word.startswith("-D") and word != "-D":
                defines[word[2:]] = None
    return StartScript(environment, defines, tuple(script.unread))


def _further_files(folder: str) -> list[str]:
    """The files with variables in a folder, in order."""
    try:
        names = sorted(names_in(folder))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names if fnmatchcase(name, "[!.]*.env")]


class _Script:
    """Reads the files of a start script, and records those that must not or cannot be read."""

    def __init__(self, boundary: Boundary | None) -> None:
        self.unread: list[tuple[str, str]] = []
        self._boundary = boundary

    def read(self, path: str, environment: Mapping[str, str]) -> Mapping[str, str]:
        if self._boundary is not None and self._boundary.excludes(path):
            if not os.path.lexists(path):
                # It is optional: RHEL has no /etc/sysconfig/httpd since version 8.
                return environment
            self.unread.append((path, f"it leads out of {self._boundary.name}"))
            return environment
        try:
            return read_envvars(path, environment, self._boundary)
        except EnvvarsError as error:
            self.unread.append((path, str(error)))
            return environment


def built_in(
    text: str, recognised: Recognised, machine: Machine | None, *, is_installed: bool
) -> frozenset[str]:
    """The compiled-in modules: those of the installed binary, or the defaults of the distribution.

    The binary is queried for configurations of its distribution, and of unknown ones. A module that
    the main file loads is not compiled in.
    """
    distribution = recognised.distribution
    if machine is not None and (
        is_installed
        or distribution is None
        or (machine.main_file, machine.server_root)
        == (distribution.main_file, distribution.server_root)
    ):
        modules = machine.built_in
    elif distribution is None:
        modules = BUILT_IN
    else:
        modules = distribution.built_in
        if distribution.mpm and not re.search(r"^[ \t]*LoadModule\s+mpm_", text, re.MULTILINE):
            modules = modules | {distribution.mpm}
    if is_installed:
        return modules
    return modules - set(re.findall(r"^[ \t]*LoadModule\s+(\S+)", text, re.MULTILINE))
