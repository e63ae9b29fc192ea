"""From the main file to the directives in effect.

This replays server/config.c (ap_build_config_sub, ap_build_cont_config, ap_soak_end_container) and
the directives that httpd executes while it reads: Include, Define, LoadModule, the <If…> sections
and macros. Where httpd stops at an error, this notes it and goes on as far as sense allows.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.httpd.commands import commands
from apachestaple.httpd.conditions import ConditionError, Version, version_matches
from apachestaple.httpd.configuration import (
    Configuration,
    Directive,
    ErrorKind,
    MacroDirective,
    NoteKind,
    ReadError,
    ReadNote,
    SourceFile,
    line_place,
    server_root_relative,
)
from apachestaple.httpd.include import DanglingLink, IncludeError, included_files
from apachestaple.httpd.macros import (
    LONGEST_MACRO_LINE,
    Macro,
    MacroBody,
    MacroError,
    parse_heading,
)
from apachestaple.httpd.modules import BUILT_IN, module_name
from apachestaple.httpd.words import WHITE_SPACE, lower, next_word, resolve_variables, split_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


class _Source:
    """Lines that are being read: a file, or the expanded body of a macro.

    Of a macro, each line has its index in the file that it comes from and a number of its own.
    """

    __slots__ = ("file", "lines", "name", "numbered", "position")

    def __init__(
        self,
        name: str,
        file: SourceFile,
        lines: list[str],
        numbered: list[tuple[int, int]] | None = None,
    ) -> None:
        self.name = name
        self.file = file
        self.lines = lines
        self.numbered = numbered
        # Of the line to be read next.
        self.position = 0

    @property
    def index(self) -> int:
        """Index in the file of the line that was read last."""
        position = self.position - 1
        return position if self.numbered is None else self.numbered[position][0]

    @property
    def number(self) -> int:
        """The line number that httpd gives it."""
        position = self.position - 1
        if self.numbered is None:
            return self.file.lines.last_line(position)
        return self.numbered[position][1]


class _Condition:
    """The inside of a condition that holds."""

    __slots__ = ("file", "index", "name")

    # It is closed by its exact closing line alone, not as a section is.
    key = ""

    def __init__(self, name: str, file: SourceFile, index: int) -> None:
        self.name = name
        self.file = file
        self.index = index


class _File:
    """A file that is being read: its sections are closed within it."""

    __slots__ = ("outer", "pending", "sections", "sources")

    def __init__(self, source: _Source, outer: Directive | None) -> None:
        self.sources = [source]
        self.outer = outer
        self.sections: list[Directive | _Condition] = []
        # The rest of the files that an Include in it names.
        self.pending: Iterator[str | DanglingLink] | None = None


# How a line is to be read: what to do with it (None: it is a directive in effect), the name as
# httpd spells it, the name in lower case, and the arguments. Of a closing line, the lower-case
# name is that of the section that it closes.
_Act = Callable[[str, str, str], None]
_Line = tuple[_Act | None, str, str, str]


def _open(name: str, key: str, raw: str) -> None:
    """Stands for the opening of a section, which is done where lines are read."""


def _close(name: str, key: str, raw: str) -> None:
    """Stands for the close of a section, likewise."""


class _Reader:
    def __init__(self, start: Start) -> None:
        self._start = start
        self._paths = start.paths
        # httpd keeps values in a table without case, and names with it (core.c, set_define).
        self._variables = {lower(k): v for k, v in start.defines.items() if v is not None}
        self._defines = set(start.defines)
        self._macros: dict[str, Macro] = {}
        self._files: list[_File] = []
        self._parent: Directive | None = None
        # Lines that were met before, by their text: most files of a tree are much alike. It is
        # emptied when a variable or a module changes what a line means.
        self._known: dict[str, _Line] = {}
        self._has_unknown_variable = False
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
        self._execute: dict[str, _Act] = {
            "define": self._define,
            "undefine": self._undefine,
            "include": self._include,
            "includeoptional": self._include,
            "serverroot": self._server_root,
            "defaultruntimedir": self._runtime_dir,
            "loadmodule": self._load_module,
            "loadfile": self._load_file,
            **dict.fromkeys(_CONDITIONS, self._condition),
        }
        if not start.whole:
            self._add_macros()

    # -- files and lines ------------------------------------------------------------------------

    def read(self, file: SourceFile) -> None:
        """Read a file and all that it includes."""
        self._open_file(file)
        while self._files:
            current = self._files[-1]
            try:
                if current.pending is not None:
                    self._open_pending(current)
                else:
                    self._read_lines(current)
            except _Rejected as rejected:
                source = current.sources[-1]
                at = rejected.at or (source.file, source.index)
                self._note_error(rejected.kind, str(rejected), *at)
                if rejected.kind is ErrorKind.INCLUDE_LOOP:
                    self._leave_loop()

    def _open_file(self, file: SourceFile) -> None:
        self.configuration.files.setdefault(file.path, file)
        self._files.append(_File(_Source(file.path, file, file.lines.text), self._parent))
        if "\0" in file.text[:1024]:
            message = f"{file.path} is not a text file"
            self._note_error(ErrorKind.NOT_TEXT, message, file, 0)

    def _open_pending(self, including: _File) -> None:
        """Open the next file of an Include, if there is one."""
        try:
            path = next(including.pending or iter(()), None)
        except IncludeError as error:
            including.pending = None
            if self._start.whole:
                raise _Rejected(ErrorKind.INCLUDE_NOT_FOUND, str(error)) from None
            return
        if path is None:
            including.pending = None
        elif isinstance(path, DanglingLink):
            self._note(NoteKind.DANGLING_LINK, path.path)
        else:
            file = self.configuration.files.get(path) or self._file_at(path)
            if file is not None:
                self._open_file(file)

    def _file_at(self, path: str) -> SourceFile | None:
        try:
            return SourceFile(path, self._paths.text(path))
        except FileNotFoundError as error:
            kind, reason = ErrorKind.INCLUDE_NOT_FOUND, error.strerror
            if not self._start.whole:
                return None
        except OSError as error:
            kind, reason = ErrorKind.UNREADABLE, error.strerror
        raise _Rejected(kind, f"Could not open configuration file {path}: {reason}")

    def _read_lines(self, current: _File) -> None:
        """Read on in a file, or in a macro that it uses, until another source comes first."""
        source = current.sources[-1]
        lines, file, sections = source.lines, source.file, current.sections
        in_macro = source.numbered is not None
        known = self._known
        add = self.configuration.directives.append
        parent = self._parent
        position, end = source.position, len(lines)
        while position < end:
            text = lines[position]
            position += 1
            if not text or text[0] == "#":
                continue
            line = known.get(text)
            if line is None:
                source.position = position
                line = self._line(text)
            act, name, key, raw = line
            if act is None or act is _open:
                if in_macro:
                    source.position = position
                    directive: Directive = MacroDirective(name, key, raw, parent, source)
                else:
                    directive = Directive(name, key, raw, parent, file, position - 1)
                add(directive)
                if act is not None:
                    sections.append(directive)
                    parent = directive
            elif act is _close and sections and sections[-1].key == key:
                parent = sections.pop().parent  # type: ignore[union-attr]  # no condition has a key
            else:
                source.position = position
                self._parent = parent
                if act is _close:
                    self._close_other(text, name)
                else:
                    act(name, key, raw)
                if current.pending is not None or current.sources[-1] is not source:
                    return
                parent, position = self._parent, source.position
        source.position = position
        self._parent = parent
        if len(current.sources) > 1:
            current.sources.pop()
        else:
            self._close_file(current)

    def _close_file(self, closed: _File) -> None:
        """Sections that are open at the end of a file (ap_build_config).

        Only those outside every condition are an error: ap_build_cont_config takes the end of the
        file for the end of its section, and forgets what is open inside.
        """
        for section in closed.sections:
            if isinstance(section, _Condition):
                place = line_place(section.file, section.file.lines.first_line(section.index))
                note = ReadNote(NoteKind.SECTION_ENDS_WITH_FILE, section.name, place)
                self.configuration.notes.append(note)
                break
            message = f"{section.name}> was not closed."
            error = ReadError(ErrorKind.UNCLOSED_SECTION, message, section.place)
            self.configuration.errors.append(error)
        self._parent = closed.outer
        self._files.pop()

    def _leave_loop(self) -> None:
        """Go on in the main file: httpd has gone round as often as it does."""
        if len(self._files) > 1:
            self._parent = self._files[1].outer
        del self._files[1:]
        self._files[0].pending = None

    @property
    def _source(self) -> _Source:
        return self._files[-1].sources[-1]

    def _next_line(self) -> str | None:
        """The next line for what reads on by itself: a false condition, a macro's body."""
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

    def _line(self, text: str) -> _Line:
        """How a line is to be read (ap_build_config_sub)."""
        resolved = text
        if "$" in text:
            self._has_unknown_variable = False
            resolved = resolve_variables(text, self._value_of)
        name, raw = next_word(resolved)
        if name[1:2] != "/":
            name = name.removesuffix(">")
            if name.startswith("<") and not raw:
                raw = ">"
        key = lower(name)
        line: _Line
        if not key.startswith("<"):
            act = self._ignore if not name else self._execute.get(key)
            line = act, self._commands.get(key, name), key, raw
        elif key.startswith("</"):
            line = _close, name, "<" + key[2:-1] if key.endswith(">") else "", raw
        else:
            act = self._execute.get(key) or (_open if _is_closed(raw) else self._open_section)
            line = act, self._commands.get(key, name), key, raw
        # An unknown variable is to be noted wherever it stands.
        if not (resolved is not text and self._has_unknown_variable):
            self._known[text] = line
        return line

    def _value_of(self, name: str) -> str | None:
        value = self._variables.get(lower(name))
        if value is None:
            value = self._start.environment.get(name)
        if value is None:
            self._has_unknown_variable = True
            if ":" not in name:
                self._note(NoteKind.UNDEFINED_VARIABLE, name)
        return value

    # -- sections -------------------------------------------------------------------------------

    def _open_section(self, name: str, key: str, raw: str) -> None:
        """A section with something behind its ``>``."""
        self._note_text_after(raw)
        source = self._source
        directive = (
            Directive(name, key, raw, self._parent, source.file, source.index)
            if source.numbered is None
            else MacroDirective(name, key, raw, self._parent, source)
        )
        self.configuration.directives.append(directive)
        self._files[-1].sections.append(directive)
        self._parent = directive

    def _close_other(self, text: str, name: str) -> None:
        """A closing line that is not that of the innermost section."""
        sections = self._files[-1].sections
        innermost = sections[-1] if sections else None
        if isinstance(innermost, _Condition):
            # A condition that holds is closed by its exact closing line alone.
            if lower(text[2:]) == lower(innermost.name[1:]) + ">":
                sections.pop()
                return
            innermost = None
        mismatched = ErrorKind.MISMATCHED_SECTION
        if innermost is None:
            raise _Rejected(mismatched, f"{name} without matching <{name[2:]} section")
        if not name.endswith(">"):
            raise _Rejected(mismatched, f"{name}> directive missing closing '>'")
        self._close_outer(lower(name[2:-1]))
        raise _Rejected(mismatched, f"Expected </{innermost.name[1:]}> but saw {name}")

    def _close_outer(self, wanted: str) -> None:
        """After a wrong close, close the section that was meant, where there is one."""
        sections = self._files[-1].sections
        for depth in range(len(sections) - 1, -1, -1):
            section = sections[depth]
            if isinstance(section, _Condition):
                return
            if section.key[1:] == wanted:
                del sections[depth:]
                self._parent = section.parent
                return

    # -- conditions -----------------------------------------------------------------------------

    def _condition(self, name: str, key: str, raw: str) -> None:
        if key == "<ifversion" and not self.configuration.has_module("version_module"):
            self._open_section(name, key, raw)
            return
        source = self._source
        index = source.index
        try:
            holds = self._holds(name, key, raw)
        except _Rejected as rejected:
            # Whether it holds is not known; what stands inside is not looked at.
            rejected.at = source.file, index
            self._skip_section(name)
            raise
        self._note_text_after(raw)
        if holds:
            self._files[-1].sections.append(_Condition(name, source.file, index))
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
        if not least <= len(words) <= most or not all(words[:least]):
            raise _Rejected(ErrorKind.ARGUMENTS, f"{name} takes {takes}")
        return words

    def _ignore(self, name: str, key: str, raw: str) -> None:
        """A directive that changes nothing for what is read after it."""

    def _define(self, _name: str, _key: str, raw: str) -> None:
        name, *value = self._arguments("Define", raw, 1, 2, "1-2 arguments")
        if ":" in name:
            raise _Rejected(ErrorKind.ARGUMENTS, "Variable name must not contain ':'")
        self._defines.add(name)
        if value and value[0]:
            self._variables[lower(name)] = value[0]
            self._known.clear()

    def _undefine(self, _name: str, _key: str, raw: str) -> None:
        (name,) = self._arguments("UnDefine", raw, 1, 1, "one argument")
        if ":" in name:
            raise _Rejected(ErrorKind.ARGUMENTS, "Variable name must not contain ':'")
        self._defines.discard(name)
        self._variables.pop(lower(name), None)
        self._known.clear()

    def _server_root(self, _name: str, _key: str, raw: str) -> None:
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

    def _runtime_dir(self, _name: str, _key: str, raw: str) -> None:
        (path,) = self._arguments("DefaultRuntimeDir", raw, 1, 1, "one argument")
        if self._start.installed and not os.path.isdir(self._here(path)):
            raise _Rejected(
                ErrorKind.ARGUMENTS,
                "DefaultRuntimeDir must be a valid directory, absolute or relative to ServerRoot",
            )

    def _load_file(self, _name: str, _key: str, raw: str) -> None:
        paths = split_words(raw)
        if not paths or not paths[0]:
            raise _Rejected(ErrorKind.ARGUMENTS, "LoadFile requires at least one argument")
        for path in paths:
            self._check_shared_object(path, "")

    def _load_module(self, _name: str, _key: str, raw: str) -> None:
        name, path = self._arguments("LoadModule", raw, 2, 2, "two arguments")
        source = self._source
        place = line_place(source.file, source.file.lines.first_line(source.index))
        self.configuration.load_modules.setdefault(name, place)
        if self._start.installed and name in self._start.built_in:
            raise _Rejected(ErrorKind.MODULE, f"module {name} is built-in and can't be loaded")
        if name in self.configuration.modules:
            return
        self._check_shared_object(path, name)
        self.configuration.modules.add(name)
        self._commands.update(commands(name))
        self._known.clear()
        if name == "macro_module":
            self._add_macros()

    def _check_shared_object(self, path: str, symbol: str) -> None:
        """Look for a file that httpd would load, where this machine's httpd is to load it."""
        if not self._start.installed:
            return
        here = self._here(path)
        try:
            with open(here, "rb") as file:
                data = file.read()
        except OSError as error:
            if "/" not in path:
                # The system's linker may find it elsewhere.
                return
            message = f"Cannot load {path} into server: {here}: {error.strerror}"
            raise _Rejected(ErrorKind.MODULE, message) from None
        if b"\0" + os.fsencode(symbol) + b"\0" not in data:
            raise _Rejected(
                ErrorKind.MODULE,
                f"Can't locate API module structure `{symbol}' in file {here}",
            )

    def _here(self, path: str) -> str:
        return self._paths.real(self.configuration.absolute(path))

    def _include(self, name: str, key: str, raw: str) -> None:
        (path,) = self._arguments(name, raw, 1, 1, "one argument")
        if len(self._files) > _DEEPEST_INCLUDE:
            raise _Rejected(
                ErrorKind.INCLUDE_LOOP,
                f"Exceeded maximum include depth of {_DEEPEST_INCLUDE}, "
                "There appears to be a recursion.",
            )
        here = self._here(path)
        self._files[-1].pending = included_files(here, optional=key == "includeoptional")

    # -- macros ---------------------------------------------------------------------------------

    def _add_macros(self) -> None:
        self._execute["<macro"] = self._define_macro
        self._execute["use"] = self._use_macro
        self._execute["undefmacro"] = self._undefine_macro
        self._known.clear()

    def _define_macro(self, _name: str, _key: str, raw: str) -> None:
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
        body = MacroBody(f"macro '{name}' ({location})")
        while not body.complete:
            line = self._next_line()
            if line is None:
                raise body.endless()
            source = self._source
            if len(source.file.text) > LONGEST_MACRO_LINE:
                untrimmed = source.file.untrimmed(source.index) if source.numbered is None else line
                body.check_length(untrimmed)
            if body.takes(line):
                lines.append(line)
                indexes.append(source.index)
        return Macro(name, parameters, location, file, tuple(lines), tuple(indexes))

    def _use_macro(self, _name: str, _key: str, raw: str) -> None:
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
        where = (
            f"macro '{name}' ({macro.location}) used on line {source.number} of \"{source.name}\""
        )
        try:
            expanded = macro.expand(split_words(rest), where)
        except MacroError as error:
            raise _Rejected(ErrorKind.MACRO, str(error)) from None
        self._push(where, macro, expanded)

    def _push(self, where: str, macro: Macro, expanded: list[str]) -> None:
        """Read the lines of a macro next.

        They are lines to httpd once more: what ends in a backslash now, goes on in the next one,
        and behind the last one, in the line that follows the use.
        """
        lines: list[str] = []
        numbered: list[tuple[int, int]] = []
        begun = ""
        for number, line in enumerate(expanded, 1):
            if line.endswith("\\"):
                begun += line[:-1]
                continue
            lines.append((begun + line).strip(WHITE_SPACE))
            numbered.append((macro.indexes[number - 1], number))
            begun = ""
        sources = self._files[-1].sources
        if begun:
            outer = sources[-1]
            following = self._next_line()
            if following is not None:
                outer = sources[-1]
                if outer.numbered is None:
                    following = outer.file.untrimmed(outer.index)
            joined = (begun + (following or "")).strip(WHITE_SPACE)
            place = [(outer.index, outer.number)]
            sources.append(_Source(outer.name, outer.file, [joined], place))
        sources.append(_Source(where, macro.file, lines, numbered))

    def _undefine_macro(self, _name: str, _key: str, raw: str) -> None:
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
        after = raw.rpartition(">")[2].strip(WHITE_SPACE)
        if after:
            self._note(NoteKind.TEXT_AFTER_SECTION, after)


def _is_closed(raw: str) -> bool:
    """Whether nothing follows the last ``>`` of a section's opening line."""
    return raw.endswith(">") or ">" not in raw
