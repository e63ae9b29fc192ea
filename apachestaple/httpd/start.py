"""The parameters for reading a configuration."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.modules import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping

    from apachestaple.httpd.conditions import Version
    from apachestaple.httpd.paths import Paths


class Start(NamedTuple):
    """The parameters for reading a configuration.

    Attributes:
        main_file: path of the first file.
        server_root: base of relative paths until ServerRoot is read.
        paths: finds and reads files.
        version: returns the version of httpd; called only for <IfVersion>.
        defines: definitions of ``-D``; ``None`` for a name without value.
        environment: environment variables, including envvars.
        built_in: compiled-in modules, by the names that LoadModule uses.
        whole: false for fragments, whose <IfModule> sections are all read.
        fragments: fragments that are read together, ``main_file`` first; empty for a single one.
        is_folder: whether they are those of a folder.
        variants: the configurations that ``main_file`` can become, if it is a template.
        template: its text then.
        focus: real paths of the files whose findings are wanted; empty for all.
        installed: whether this is the configuration of this machine's httpd, so that a missing
            module or folder is an error.
        in_place: whether the main file is inside the ServerRoot that it sets.
        own_openssl: whether httpd brings an OpenSSL along.
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
    fragments: tuple[str, ...] = ()
    is_folder: bool = False
    variants: tuple[str, ...] = ()
    template: str = ""
    focus: frozenset[str] = frozenset()
    installed: bool = False
    in_place: bool = False
    own_openssl: bool = False
    unread: tuple[tuple[str, str], ...] = ()

    @property
    def is_copy(self) -> bool:
        """Whether the files are those of a server that is not this machine."""
        return not self.installed and bool(self.paths.maps or self.paths.root)

    @property
    def files(self) -> tuple[str, ...]:
        """The main file, or the fragments."""
        return self.fragments or (self.main_file,)

    def without(self, known: Container[str]) -> Start | None:
        """Where to start without the files that were read (``known``, real paths)."""
        left = tuple(path for path in self.files if os.path.realpath(path) not in known)
        if not left or self.variants:
            return self if left else None
        return self._replace(main_file=left[0], fragments=left if self.fragments else ())


class Starts(NamedTuple):
    """Where reading starts for the PATHs of a command line.

    Attributes:
        first: what is read in any case: servers, and files that were given.
        others: finds the other starts, without the files that were read (real paths).
        files: the files that were given, or found below a PATH.

    """

    first: tuple[Start, ...]
    others: Callable[[Collection[str]], Iterable[Start]] = lambda _: ()
    files: tuple[str, ...] = ()

    def unread(self, known: Collection[str]) -> Iterator[Start]:
        """All starts, without the files that were read.

        ``known`` are the real paths of these. The caller adds those of a start before it takes the
        next one.
        """
        for starts in (self.first, self.others(known)):
            for start in starts:
                left = start.without(known)
                if left is not None:
                    yield left
