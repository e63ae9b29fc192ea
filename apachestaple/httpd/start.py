"""What the reading of a configuration starts from."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.modules import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from apachestaple.httpd.conditions import Version
    from apachestaple.httpd.paths import Paths


class Start(NamedTuple):
    """What the reading starts from.

    Attributes:
        main_file: path of the first file to read.
        server_root: where relative paths start until ServerRoot is read.
        paths: finds and reads files.
        version: tells the version of httpd; asked for where an <IfVersion> needs it.
        defines: from ``-D``; a name without a value is ``None``.
        environment: variables of the process, envvars included.
        built_in: modules compiled in, by the names that LoadModule uses.
        whole: false for a fragment; its <IfModule> sections are then taken to hold.
        installed: whether this is the configuration of this machine's httpd, so that a module or
            a folder that is not there is an error.
        unread: files of the start script that were not read, each with the reason.

    """

    main_file: str
    server_root: str
    paths: Paths
    version: Callable[[], Version]
    defines: Mapping[str, str | None] = MappingProxyType({})
    environment: Mapping[str, str] = MappingProxyType({})
    built_in: frozenset[str] = BUILT_IN
    whole: bool = True
    installed: bool = False
    unread: tuple[tuple[str, str], ...] = ()
