"""From the main file to the directives in effect.

This replays server/config.c (ap_build_config_sub, ap_build_cont_config, ap_soak_end_container) and
the directives that httpd executes while it reads: Include, Define, LoadModule, the <If…> sections
and macros. Where httpd stops at an error, this notes it and goes on as far as sense allows.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.httpd.commands import commands
from apachestaple.httpd.conditions import ConditionError, Version, version_matches
from apachestaple.httpd.configuration import (
    Configuration,
    Directive,
    ErrorKind,
    NoteKind,
    ReadError,
    ReadNote,
    SourceFile,
    line_place,
    server_root_relative,
)
from apachestaple.httpd.include import IncludeError, dangling_links, included_files
from apachestaple.httpd.macros import Macro, MacroBody, MacroError, parse_heading
from apachestaple.httpd.modules import BUILT_IN, module_name
from apachestaple.httpd.words import lower, next_word, resolve_variables, split_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from apachestaple.httpd.paths import Paths

# AP_MAX_INCLUDE_DEPTH
_DEEPEST_INCLUDE = 128
# VARBUF_MAX_LEN
_LONGEST_LINE = 16 * 1024 * 1024

_CONDITIONS = frozenset(
    {"<ifmodule", "<ifdefine", "<iffile", "<ifversion", "<ifdirective", "<ifsection"}
)


@dataclass(frozen=True)
class Start:
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

    """

    main_file: str
    server_root: str
    paths: Paths
    version: Callable[[], Version]
    defines: Mapping[str, str | None] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    built_in: frozenset[str] = BUILT_IN
    whole: bool = True
    installed: bool = False


def read(start: Start) -> Configuration:
    """Read a configuration. An error in a file is noted in the result.

    Raises:
        OSError: the main file cannot be read.

    """
    text = start.paths.text(start.main_file)
    reader = _Reader(start)
    reader.read(SourceFile(start.main_file, text))
    return reader.configuration


class _Rejected(Exception):  # noqa: N818  (httpd's verdict, not an error of ours)
    """httpd rejects the line that is being read."""

    def __init__(self, kind: ErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        # Where the line stands, if reading has gone past it since.
        self.at: tuple[SourceFile, int] | None = None


@dataclass(slots=True)
class _Source:
    """Lines that are being read: a file, or the expanded body of a macro."""

    name: str
    file: SourceFile
    lines: list[str]
    indexes: tuple[int, ...] | None = None
    position: int = 0

    @property
    def index(self) -> int:
        """Index in the file of the line that was read last."""
        position = self.position - 1
        return position if self.indexes is None else self.indexes[position]

    @property
    def number(self) -> int:
        """The line number that httpd gives it."""
        if self.indexes is None:
            return self.file.lines.last_line(self.position - 1)
        return self.position


@dataclass(slots=True)
class _Section:
    """A section that is open: one in effect, or the inside of a condition that holds."""

    name: str
    directive: Directive | None
    opened: tuple[SourceFile, int]


@dataclass(slots=True)
class _File:
    """A file that is being read: its sections are closed within it."""

    sources: list[_Source]
    outer: Directive | None
    sections: list[_Section] = field(default_factory=list)
    # The rest of the files that an Include in it names.
    pending: Iterator[str] | None = None
    pending_is_optional: bool = False


class _Reader:
    def __init__(self, start: Start) -> None:
        self._start = start
        self._paths = start.paths
        self._variables = {k: v for k, v in start.defines.items() if v is not None}
        self._defines = set(start.defines)
        self._macros: dict[str, Macro] = {}
        self._files: list[_File] = []
        self._parent: Directive | None = None
        self.configuration = Configuration(
            main_file=start.main_file,
            server_root=start.server_root,
            whole=start.whole,
            installed=start.installed,
            version=start.version,
            paths=start.paths,
            modules=set(start.built_in),
            variables=self._variables,
        )
        # The spelling of each directive that a loaded module brings, by lower-case name.
        self._commands: dict[str, str] = {}
        for module in start.built_in:
            self._commands.update(commands(module))
        self._execute: dict[str, Callable[[str], None]] = {
            "define": self._define,
            "undefine": self._undefine,
            "include": self._include,
            "includeoptional": self._include_optional,
            "serverroot": self._server_root,
            "defaultruntimedir": self._ignore,
            "loadmodule": self._load_module,
            "loadfile": self._ignore,
        }
        self._execute_macro: dict[str, Callable[[str], None]] = {
            "<macro": self._define_macro,
            "use": self._use_macro,
            "undefmacro": self._undefine_macro,
        }

    # -- files and lines ------------------------------------------------------------------------

    def read(self, file: SourceFile) -> None:
        """Read a file and all that it includes."""
        self._open_file(file)
        while self._files:
            if self._files[-1].pending is not None:
                self._guarded(self._open_pending)
            elif (line := self._next_line()) is None:
                self._close_file()
            elif line and line[0] != "#":
                self._guarded(self._read_line, line)

    def _guarded(self, step: Callable[..., None], *arguments: str) -> None:
        try:
            step(*arguments)
        except _Rejected as rejected:
            at = rejected.at or (self._source.file, self._source.index)
            self._note_error(rejected.kind, str(rejected), *at)
            if rejected.kind is ErrorKind.INCLUDE_LOOP:
                self._leave_loop()

    def _open_file(self, file: SourceFile) -> None:
        self.configuration.files.setdefault(file.path, file)
        source = _Source(file.path, file, file.lines.text)
        self._files.append(_File([source], self._parent))
        if "\0" in file.text[:1024]:
            message = f"{file.path} is not a text file"
            self._note_error(ErrorKind.NOT_TEXT, message, file, 0)

    def _open_pending(self) -> None:
        """Open the next file of an Include, if there is one."""
        including = self._files[-1]
        optional = including.pending_is_optional
        try:
            path = next(including.pending or iter(()), None)
        except IncludeError as error:
            including.pending = None
            if self._start.whole:
                raise _Rejected(ErrorKind.INCLUDE_NOT_FOUND, str(error)) from None
            return
        if path is None:
            including.pending = None
            return
        file = self.configuration.files.get(path) or self._file_at(path, optional=optional)
        if file is not None:
            self._open_file(file)

    def _file_at(self, path: str, *, optional: bool) -> SourceFile | None:
        try:
            return SourceFile(path, self._paths.text(path))
        except FileNotFoundError as error:
            kind, reason = ErrorKind.INCLUDE_NOT_FOUND, error.strerror
            if optional or not self._start.whole:
                return None
        except OSError as error:
            kind, reason = ErrorKind.UNREADABLE, error.strerror
        raise _Rejected(kind, f"Could not open configuration file {path}: {reason}")

    def _close_file(self) -> None:
        """Sections that are open at the end of a file (ap_build_config).

        Only those outside every condition are an error: ap_build_cont_config takes the end of the
        file for the end of its section, and forgets what is open inside.
        """
        closed = self._files[-1]
        for section in closed.sections:
            file, index = section.opened
            if section.directive is None:
                place = line_place(file, file.lines.first_line(index))
                note = ReadNote(NoteKind.SECTION_ENDS_WITH_FILE, section.name, place)
                self.configuration.notes.append(note)
                break
            message = f"{section.name}> was not closed."
            self._note_error(ErrorKind.UNCLOSED_SECTION, message, file, index)
        self._parent = closed.outer
        self._files.pop()

    def _leave_loop(self) -> None:
        """Go on in the main file: httpd has gone round as often as it does."""
        self._parent = self._files[1].outer if len(self._files) > 1 else self._parent
        del self._files[1:]
        self._files[0].pending = None

    @property
    def _source(self) -> _Source:
        return self._files[-1].sources[-1]

    @property
    def _sections(self) -> list[_Section]:
        return self._files[-1].sections

    def _next_line(self) -> str | None:
        sources = self._files[-1].sources
        while True:
            source = sources[-1]
            if source.position < len(source.lines):
                line = source.lines[source.position]
                source.position += 1
                return line
            if len(sources) == 1:
                return None
            sources.pop()

    # -- one line -------------------------------------------------------------------------------

    def _read_line(self, line: str) -> None:
        if line.startswith("</") and self._closes_condition(line):
            return
        if "$" in line:
            line = resolve_variables(line, self._value_of)
        name, raw = next_word(line)
        if not name:
            return
        if name[1:2] != "/":
            name = name.removesuffix(">")
            if name.startswith("<") and not raw:
                raw = ">"
        key = lower(name)
        if key.startswith("<"):
            if key.startswith("</"):
                self._close_section(name)
            elif key in _CONDITIONS and self._knows_condition(key):
                self._condition(name, key, raw)
            elif key == "<macro" and self._has_macros:
                self._define_macro(raw)
            else:
                self._open_section(name, key, raw)
        elif key in self._execute:
            self._execute[key](raw)
        elif key in self._execute_macro and self._has_macros:
            self._execute_macro[key](raw)
        else:
            self.configuration.directives.append(self._directive(name, key, raw))

    def _directive(self, name: str, key: str, raw: str) -> Directive:
        source = self._source
        return Directive(
            self._commands.get(key, name),
            key,
            raw,
            source.name,
            source.number,
            self._parent,
            source.file,
            source.index,
        )

    def _value_of(self, name: str) -> str | None:
        value = self._variables.get(name)
        if value is None:
            value = self._start.environment.get(name)
        if value is None and ":" not in name:
            self._note(NoteKind.UNDEFINED_VARIABLE, name)
        return value

    # -- sections -------------------------------------------------------------------------------

    def _open_section(self, name: str, key: str, raw: str) -> None:
        directive = self._directive(name, key, raw)
        self.configuration.directives.append(directive)
        self._note_text_after(raw)
        source = self._source
        self._sections.append(_Section(name, directive, (source.file, source.index)))
        self._parent = directive

    def _close_section(self, name: str) -> None:
        if not self._sections or self._sections[-1].directive is None:
            raise _Rejected(
                ErrorKind.MISMATCHED_SECTION, f"{name} without matching <{name[2:]} section"
            )
        if not name.endswith(">"):
            raise _Rejected(ErrorKind.MISMATCHED_SECTION, f"{name}> directive missing closing '>'")
        innermost = self._sections[-1].name[1:]
        if lower(name[2:-1]) != lower(innermost):
            self._close_outer(name)
            raise _Rejected(ErrorKind.MISMATCHED_SECTION, f"Expected </{innermost}> but saw {name}")
        self._pop_section()

    def _close_outer(self, name: str) -> None:
        """After a wrong close, close the section that was meant, where there is one."""
        wanted = lower(name[2:-1])
        for depth in range(len(self._sections) - 1, -1, -1):
            section = self._sections[depth]
            if section.directive is None:
                return
            if lower(section.name[1:]) == wanted:
                while len(self._sections) > depth:
                    self._pop_section()
                return

    def _pop_section(self) -> None:
        directive = self._sections.pop().directive
        if directive is not None:
            self._parent = directive.parent

    def _closes_condition(self, line: str) -> bool:
        """A condition that holds is closed by its exact closing line alone."""
        section = self._sections[-1] if self._sections else None
        if section is None or section.directive is not None:
            return False
        if lower(line[2:]) != lower(section.name[1:]) + ">":
            return False
        self._sections.pop()
        return True

    # -- conditions -----------------------------------------------------------------------------

    def _knows_condition(self, key: str) -> bool:
        return key != "<ifversion" or self.configuration.has_module("version_module")

    def _condition(self, name: str, key: str, raw: str) -> None:
        try:
            holds = self._holds(name, key, raw)
        except _Rejected as rejected:
            # Whether it holds is not known; what stands inside is not looked at.
            rejected.at = self._source.file, self._source.index
            self._skip_section(name)
            raise
        self._note_text_after(raw)
        if holds:
            source = self._source
            self._sections.append(_Section(name, None, (source.file, source.index)))
        else:
            self._skip_section(name)

    def _holds(self, name: str, key: str, raw: str) -> bool:
        if key == "<ifversion":
            try:
                return version_matches(split_words(raw)[:3], self._start.version())
            except ConditionError as error:
                raise _Rejected(ErrorKind.ARGUMENTS, str(error)) from None
        bracket = raw.rfind(">")
        if bracket < 0:
            raise _Rejected(ErrorKind.ARGUMENTS, f"{name}> directive missing closing '>'")
        argument = raw[:bracket]
        negated = argument.startswith("!")
        subject, _ = next_word(argument[1:] if negated else argument)
        if not subject:
            raise _Rejected(ErrorKind.ARGUMENTS, f"{name}> directive requires additional arguments")
        return self._is_true(key, subject) != negated

    def _is_true(self, key: str, subject: str) -> bool:
        if key == "<ifmodule":
            known = self.configuration.has_module(module_name(subject))
            return known or not self._start.whole
        if key == "<ifdefine":
            return subject in self._defines
        if key == "<iffile":
            return self._paths.exists(self.configuration.absolute(subject))
        prefix = "<" if key == "<ifsection" else ""
        return lower(prefix + subject) in self._commands or not self._start.whole

    def _skip_section(self, name: str) -> None:
        """Read over a condition that does not hold (ap_soak_end_container)."""
        source = self._source
        opened = source.file, source.index
        open_names = [lower(name[1:])]
        while (line := self._next_line()) is not None:
            if not line.startswith(("<", '"', "'")):
                continue
            word, rest = next_word(line)
            if word.startswith("</"):
                closing = word[:-1]
                if lower(closing[2:]) != open_names[-1]:
                    message = f"Expected </{open_names[-1]}> but saw {closing}>"
                    self._note_error(ErrorKind.MISMATCHED_SECTION, message, *opened)
                    if lower(closing[2:]) not in open_names:
                        continue
                    while open_names[-1] != lower(closing[2:]):
                        open_names.pop()
                open_names.pop()
                if not open_names:
                    return
            elif word.startswith("<"):
                if not rest:
                    word = word.removesuffix(">")
                open_names.append(lower(word[1:]))
        message = f"Expected </{open_names[-1]}> before end of configuration"
        self._note_error(ErrorKind.UNCLOSED_SECTION, message, *opened)

    # -- directives that are executed while reading ---------------------------------------------

    def _arguments(self, name: str, raw: str, least: int, most: int, takes: str) -> list[str]:
        words = split_words(raw)
        if not least <= len(words) <= most or not words[0]:
            raise _Rejected(ErrorKind.ARGUMENTS, f"{name} takes {takes}")
        return words

    def _ignore(self, raw: str) -> None:
        """A directive that changes nothing for what is read after it."""

    def _define(self, raw: str) -> None:
        name, *value = self._arguments("Define", raw, 1, 2, "1-2 arguments")
        if ":" in name:
            raise _Rejected(ErrorKind.ARGUMENTS, "Variable name must not contain ':'")
        self._defines.add(name)
        if value and value[0]:
            self._variables[name] = value[0]

    def _undefine(self, raw: str) -> None:
        (name,) = self._arguments("UnDefine", raw, 1, 1, "one argument")
        if ":" in name:
            raise _Rejected(ErrorKind.ARGUMENTS, "Variable name must not contain ':'")
        self._defines.discard(name)
        self._variables.pop(name, None)

    def _server_root(self, raw: str) -> None:
        (path,) = self._arguments("ServerRoot", raw, 1, 1, "one argument")
        path = server_root_relative("/", path)
        here = self._paths.real(path)
        if not self._start.installed and self._is_copy_of(path, here):
            self._paths = self._paths.with_map(path, self._start.server_root)
            self.configuration.paths = self._paths
            here = self._start.server_root
        if self._start.installed and not os.path.isdir(here):
            raise _Rejected(ErrorKind.ARGUMENTS, "ServerRoot must be a valid directory")
        self.configuration.server_root = here

    def _is_copy_of(self, path: str, here: str) -> bool:
        """Whether the main file lies in a copy of the server root, and not in that itself."""
        copy = self._start.server_root
        if os.path.realpath(copy).startswith(os.path.realpath(here)):
            return False
        return not os.path.isdir(here) or os.path.basename(path) == os.path.basename(copy)

    def _load_module(self, raw: str) -> None:
        name, path = self._arguments("LoadModule", raw, 2, 2, "two arguments")
        source = self._source
        place = line_place(source.file, source.file.lines.first_line(source.index))
        self.configuration.load_modules.setdefault(name, place)
        if name in self.configuration.modules:
            return
        if name in self._start.built_in:
            raise _Rejected(ErrorKind.MODULE, f"module {name} is built-in and can't be loaded")
        if self._start.installed and not self._paths.exists(self.configuration.absolute(path)):
            raise _Rejected(ErrorKind.MODULE, f"Cannot load {path} into server: no such file")
        self.configuration.modules.add(name)
        self._commands.update(commands(name))

    def _include(self, raw: str) -> None:
        self._include_files("Include", raw, optional=False)

    def _include_optional(self, raw: str) -> None:
        self._include_files("IncludeOptional", raw, optional=True)

    def _include_files(self, name: str, raw: str, *, optional: bool) -> None:
        (path,) = self._arguments(name, raw, 1, 1, "one argument")
        if len(self._files) > _DEEPEST_INCLUDE:
            raise _Rejected(
                ErrorKind.INCLUDE_LOOP,
                f"Exceeded maximum include depth of {_DEEPEST_INCLUDE}, "
                "There appears to be a recursion.",
            )
        here = self._paths.real(self.configuration.absolute(path))
        including = self._files[-1]
        including.pending = included_files(here, optional=optional)
        including.pending_is_optional = optional
        if optional:
            self._note_dangling_links(here)

    def _note_dangling_links(self, path: str) -> None:
        """IncludeOptional passes over a link to nothing without a word."""
        try:
            for dangling in dangling_links(path):
                self._note(NoteKind.DANGLING_LINK, dangling)
        except IncludeError:
            return

    # -- macros ---------------------------------------------------------------------------------

    @property
    def _has_macros(self) -> bool:
        return "macro_module" in self.configuration.modules or not self._start.whole

    def _define_macro(self, raw: str) -> None:
        source = self._source
        opened = source.index
        try:
            macro = self._macro(raw, f'defined on line {source.number} of "{source.name}"')
        except MacroError as error:
            rejected = _Rejected(ErrorKind.MACRO, str(error))
            rejected.at = source.file, opened
            raise rejected from None
        self._macros[macro.name] = macro

    def _macro(self, raw: str, location: str) -> Macro:
        """The macro that ``<Macro raw`` begins, its body read to the end."""
        name, parameters = parse_heading(raw, location)
        file = self._source.file
        lines: list[str] = []
        indexes: list[int] = []
        body = MacroBody()
        while not body.complete:
            line = self._next_line()
            if line is None:
                raise MacroError(
                    f"macro '{name}' ({location})\n"
                    "\tcontents error: expected token not found: </Macro>"
                )
            if body.takes(line):
                lines.append(line)
                indexes.append(self._source.index)
        return Macro(name, parameters, location, file, tuple(lines), tuple(indexes))

    def _use_macro(self, raw: str) -> None:
        if not self._macros and self._start.whole:
            raise _Rejected(ErrorKind.MACRO, "no macro defined before Use")
        name, rest = next_word(raw)
        name = lower(name)
        if not name:
            raise _Rejected(ErrorKind.MACRO, "no macro name specified with Use")
        macro = self._macros.get(name)
        source = self._source
        if macro is None:
            if self._start.whole:
                raise _Rejected(ErrorKind.MACRO, f"macro '{name}' undefined")
            return
        if f"macro '{name}'" in source.name:
            raise _Rejected(ErrorKind.MACRO, f"recursive use of macro '{name}' is invalid")
        try:
            expanded = macro.expand(split_words(rest))
        except MacroError as error:
            raise _Rejected(ErrorKind.MACRO, str(error)) from None
        where = (
            f"macro '{name}' ({macro.location}) used on line {source.number} of \"{source.name}\""
        )
        self._files[-1].sources.append(_Source(where, macro.file, expanded, macro.indexes))

    def _undefine_macro(self, raw: str) -> None:
        (name,) = self._arguments("UndefMacro", raw, 1, 1, "one argument")
        if self._macros.pop(lower(name), None) is None and self._start.whole:
            raise _Rejected(ErrorKind.MACRO, f"cannot remove undefined macro '{lower(name)}'")

    # -- notes ----------------------------------------------------------------------------------

    def _note_error(self, kind: ErrorKind, message: str, file: SourceFile, index: int) -> None:
        lines = file.lines
        place = line_place(file, lines.first_line(index), lines.last_line(index))
        self.configuration.errors.append(ReadError(kind, message, place))

    def _note(self, kind: NoteKind, subject: str) -> None:
        source = self._source
        place = line_place(source.file, source.file.lines.first_line(source.index))
        self.configuration.notes.append(ReadNote(kind, subject, place))

    def _note_text_after(self, raw: str) -> None:
        """What follows the last ``>`` of a section's opening line, httpd does not look at."""
        after = raw.rpartition(">")[2]
        if after and not after.isspace():
            self._note(NoteKind.TEXT_AFTER_SECTION, after.strip())
