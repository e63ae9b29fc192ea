"""The result of the reader: the directives in effect, in order, and the errors."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.dependences import Dependences
from apachestaple.httpd.server_root import server_root_relative, windows_path
from apachestaple.httpd.words import first_word, lower, split_words
from apachestaple.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from apachestaple.httpd.dependences import Inclusion
    from apachestaple.httpd.paths import Paths
    from apachestaple.httpd.source_file import SourceFile


class Place(NamedTuple):
    """A range in a file. Lines and columns count from 1; ``end_column`` is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class MacroUse(NamedTuple):
    """The use of a macro that a directive came from.

    Attributes:
        source: httpd's name for the use.
        number: httpd's line number of the directive in that use.
        file: the file with the Use that led here, where macros use each other the outermost.
        position: index of the logical line of that Use.
        is_changed: whether the directive's line holds an argument of the use.

    """

    source: str
    number: int
    file: SourceFile
    position: int
    is_changed: bool


class Directive(NamedTuple):
    """A directive or the opening line of a section that is in effect.

    It is a tuple, because a server may have hundreds of thousands, and tuples are the fastest to
    create.

    Attributes:
        name: name in httpd's spelling (``<VirtualHost`` for a section), or as written if no loaded
            module has it.
        key: the name in lower case.
        raw: arguments after replacement of variables.
        parent: the section that contains it.
        source_file: the file in which it can be edited.
        position: index of its logical line in that file.
        use: the use of the macro that it came from, or ``None``.

    """

    name: str
    key: str
    raw: str
    parent: Directive | None
    source_file: SourceFile
    position: int
    use: MacroUse | None = None

    # Two directives with equal texts are different.
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    @property
    def source(self) -> str:
        """The name that httpd uses for the source of the line."""
        return self.use.source if self.use else self.source_file.path

    @property
    def number(self) -> int:
        """The line number that httpd uses in that source."""
        return self.use.number if self.use else self.source_file.last_line(self.position)

    @property
    def in_macro(self) -> bool:
        """Whether it comes from a macro. It is once in the file, and may be in effect often."""
        return self.use is not None

    @property
    def arguments(self) -> list[str]:
        """The arguments without quotes. For a section, up to the last ``>`` of its line."""
        if self.is_section:
            return split_words(self.raw.rpartition(">")[0])
        return split_words(self.raw)

    @property
    def is_section(self) -> bool:
        return self.name.startswith("<")

    @property
    def depth(self) -> int:
        return sum(1 for _ in self.sections())

    def sections(self) -> Iterator[Directive]:
        """The sections that contain it, the innermost first."""
        section = self.parent
        while section is not None:
            yield section
            section = section.parent

    @property
    def file(self) -> str:
        """The path of `source_file`."""
        return self.source_file.path

    @property
    def line(self) -> int:
        """Its first physical line."""
        return self.source_file.first_line(self.position)

    @property
    def end_line(self) -> int:
        """Its last physical line. httpd may count one more if the file ends with a continuation."""
        return self.source_file.last_line(self.position)

    @property
    def place(self) -> Place:
        """The range of the directive without surrounding white space."""
        return line_place(self.source_file, self.line, self.end_line)

    @property
    def place_of_value(self) -> Place:
        """Where its arguments are written: the ``Use`` whose arguments they are, or the directive.

        That line of a ``Use`` is one that httpd names.
        """
        use = self.use
        if use is None or not use.is_changed:
            return self.place
        lines = use.file.lines
        return line_place(use.file, lines.first_line(use.position), lines.last_line(use.position))


def line_place(file: SourceFile, line: int, end_line: int | None = None) -> Place:
    """The range of the lines ``line`` to ``end_line`` without surrounding white space."""
    end_line = line if end_line is None else end_line
    first = file.physical_line(line)
    last = file.physical_line(end_line)
    column = len(first) - len(first.lstrip()) + 1
    return Place(file.path, line, column, end_line, max(len(last.rstrip()) + 1, 1))


class ErrorKind(StrEnum):
    """Why httpd stops reading."""

    UNREADABLE = "unreadable"
    NOT_TEXT = "not-text"
    UNCLOSED_SECTION = "unclosed-section"
    MISMATCHED_SECTION = "mismatched-section"
    INCLUDE_NOT_FOUND = "include-not-found"
    INCLUDE_LOOP = "include-loop"
    MACRO = "macro"
    ARGUMENTS = "arguments"
    MODULE = "module"
    LIMIT = "limit"
    # Found by httpd when it executes the directives, after all was read.
    SECTION = "section"
    ERROR_DIRECTIVE = "error-directive"


class ReadError(NamedTuple):
    """An error in the configuration language; ``message`` is in httpd's words.

    `LIMIT` is a limit of apachestaple.
    """

    kind: ErrorKind
    message: str
    place: Place


class NoteKind(StrEnum):
    """What httpd accepts silently although it is probably a mistake, and what was not read."""

    DANGLING_LINK = "dangling-link"
    UNDEFINED_VARIABLE = "undefined-variable"
    TEXT_AFTER_SECTION = "text-after-section"
    SECTION_ENDS_WITH_FILE = "section-ends-with-file"
    INCLUDE_ELSEWHERE = "include-elsewhere"
    LOST_LINE = "lost-line"
    OUTSIDE = "outside"
    FOLDER_LOOP = "folder-loop"
    VARIABLES_NOT_READ = "variables-not-read"


# Notes about files whose directives are unknown.
_UNREAD = frozenset({NoteKind.INCLUDE_ELSEWHERE, NoteKind.OUTSIDE})


class ReadNote(NamedTuple):
    """A note with the text that it is about, and a reason if there is one.

    ``in_section`` is whether its line is in a section, such as a virtual host.
    """

    kind: NoteKind
    subject: str
    place: Place
    reason: str = ""
    in_section: bool = False


@dataclass(eq=False)
class Configuration:
    """A configuration after reading, before the directives are executed.

    ``whole`` is false for a fragment, such as a file with one virtual host, and for the fragments
    of one folder (``is_folder``). Nothing may be concluded from what they do not contain.
    ``installed`` is true for the configuration of this machine's httpd, ``in_place`` for one that
    is inside the ServerRoot that it sets, ``own_openssl`` for a distribution with an OpenSSL of its
    own. ``focus`` has the real paths of the files whose findings
    are wanted; it is empty if those of all files are. ``is_template`` is true for a configuration
    that a template or YAML file can become. ``is_windows`` is true after a ServerRoot
    with a drive letter. ``includes`` are the wildcards of the main server's Includes, each with the
    number of ``load_modules`` before it. ``inclusions`` are the Includes that read a file, by its
    path. ``environment`` are the variables that are set before the main file is read.
    """

    main_file: str
    server_root: str
    whole: bool
    installed: bool
    in_place: bool
    own_openssl: bool
    version: Callable[[], tuple[int, int, int]]
    paths: Paths
    focus: frozenset[str] = frozenset()
    is_folder: bool = False
    is_template: bool = False
    is_windows: bool = False
    directives: list[Directive] = field(default_factory=list)
    errors: list[ReadError] = field(default_factory=list)
    notes: list[ReadNote] = field(default_factory=list)
    files: dict[str, SourceFile] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    load_modules: dict[str, Place] = field(default_factory=dict)
    includes: dict[str, int] = field(default_factory=dict)
    inclusions: dict[str, list[Inclusion]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    @lazy
    def dependences(self) -> Dependences:
        """On which files and conditions its directives depend."""
        return Dependences(self)

    @lazy
    def is_complete(self) -> bool:
        """Whether something may be concluded from what it does not contain.

        Not for fragments, and not if a file that the main server includes was not read. A file that
        only a section includes contains no hosts, no cache and no modules.
        """
        unread = any(note.kind in _UNREAD and not note.in_section for note in self.notes)
        return self.whole and not unread

    @property
    def name(self) -> str:
        """The path to name in reports: the main file, the fragment or the folder of fragments."""
        return os.path.dirname(self.main_file) if self.is_folder else self.main_file

    @property
    def files_in_focus(self) -> list[str]:
        """The files whose findings are wanted."""
        files = self.files.items()
        return [path for path, file in files if not self.focus or file.real_path in self.focus]

    def absolute(self, path: str) -> str:
        """An absolute path for a path of the configuration (ap_server_root_relative)."""
        if self.is_windows or not self.whole:
            path = windows_path(path)
        return server_root_relative(self.server_root, path)

    def here(self, path: str) -> str:
        """The local path for ``path`` in the configuration."""
        return self.paths.real(self.absolute(path))

    def named_file(self, raw: str) -> str:
        """The local path of the file in the first argument."""
        return self.certificate_file(raw)[0]

    @lazy
    def _named_files(self) -> dict[str, dict[str, tuple[str, bool]]]:
        """Paths by ServerRoot and arguments, with whether they may be read."""
        return {}

    def certificate_file(self, raw: str) -> tuple[str, bool]:
        """The same for certificates and keys, and whether it may be read."""
        known = self._named_files.setdefault(self.server_root, {})
        if raw not in known:
            known[raw] = (path := self.here(first_word(raw))), self.may_read_certificate(path)
        return known[raw]

    def certificate_file_of(self, directive: Directive) -> tuple[str, bool]:
        """The same for the file in the first argument of a directive.

        For a fragment, the server root is a guess. So a relative path that does not exist there is
        also looked for beside the fragment.
        """
        named = self.certificate_file(directive.raw)
        if self.whole or os.path.lexists(named[0]):
            return named
        written = first_word(directive.raw)
        if not written or windows_path(written).startswith("/"):
            return named
        beside = server_root_relative(os.path.dirname(directive.file), written)
        return (beside, self.may_read_certificate(beside)) if os.path.lexists(beside) else named

    def is_unknown(self, directive: Directive) -> bool:
        """Whether the arguments depend on what another part of the configuration defines."""
        return not self.whole and "${" in directive.raw

    def may_read_certificate(self, path: str) -> bool:
        """Whether a local certificate, key or folder of certificates may be read."""
        return not self.paths.is_other_file_outside(path)

    def may_show(self, file: SourceFile) -> bool:
        """Whether lines of a file may be shown.

        The configuration of a pull request can include any file in the checkout, such as
        credentials that a CI job has put there.
        """
        return self.paths.boundary is None or file.is_configuration

    def has_module(self, name: str) -> bool:
        """Whether a module, by the name that LoadModule uses, is loaded or compiled in."""
        return name in self.modules

    def may_have_module(self, name: str) -> bool:
        """Whether it is loaded, or that is not known.

        It is not known if something was not read, and for a copy in which no line loads any module.
        """
        is_known = self.is_complete and (self.installed or bool(self.load_modules))
        return self.has_module(name) or not is_known

    def named(self, *names: str) -> Iterator[Directive]:
        """Directives in effect with one of these names, in any case."""
        keys = {lower(name) for name in names}
        return (directive for directive in self.directives if directive.key in keys)
