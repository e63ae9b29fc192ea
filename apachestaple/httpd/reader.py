"""Reads a configuration from its main file to the directives in effect.

httpd executes some directives while it reads, because they decide what is read: Include, Define,
LoadModule (server/core.c, modules/core/mod_so.c), the <If…> sections and macros
(modules/core/mod_macro.c).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.httpd.boundary import is_inside
from apachestaple.httpd.build import Build
from apachestaple.httpd.commands import commands
from apachestaple.httpd.conditions import ConditionError, version_matches
from apachestaple.httpd.configuration import Configuration, ErrorKind, NoteKind, line_place
from apachestaple.httpd.include import has_wildcard, included_files
from apachestaple.httpd.lines import directive_at
from apachestaple.httpd.macros import (
    LONGEST_MACRO_LINE,
    Macro,
    MacroBody,
    MacroError,
    parse_heading,
)
from apachestaple.httpd.modules import module_name
from apachestaple.httpd.rejected import Rejected, checked_arguments
from apachestaple.httpd.server_root import server_root_relative, windows_path
from apachestaple.httpd.shared_objects import check_shared_object
from apachestaple.httpd.source import Condition, Source
from apachestaple.httpd.start import Start
from apachestaple.httpd.syntax import without_continuation
from apachestaple.httpd.words import WHITE_SPACE, lower, next_word, split_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from apachestaple.httpd.lines import Listener

__all__ = ["Start", "read"]

# AP_MAX_INCLUDE_DEPTH
_DEEPEST_INCLUDE = 128
# APR_PATH_MAX
_LONGEST_PATH = 4096

_CONDITIONS = ("<ifmodule", "<ifdefine", "<iffile", "<ifversion", "<ifdirective", "<ifsection")


def read(
    start: Start,
    listeners: Mapping[str, Listener] | None = None,
    is_wanted: Callable[[str], bool] = lambda _: True,
) -> Configuration:
    """Read a configuration. Errors in files are part of the result.

    ``listeners`` are called for directives during reading, by name in lower case. Directives, but
    no sections, are left out if ``is_wanted`` is false for their name in lower case.

    Raises:
        OSError: the main file cannot be read.

    """
    reader = _Reader(start, listeners or {}, is_wanted)
    reader.read()
    configuration = reader.configuration
    # Its functions refer to it. Memory in such cycles is only freed by a garbage collection.
    vars(reader).clear()
    return configuration


class _Reader(Build):
    def __init__(
        self, start: Start, listeners: Mapping[str, Listener], is_wanted: Callable[[str], bool]
    ) -> None:
        super().__init__(start, listeners, is_wanted)
        self._defines = set(start.defines)
        # None until the first <Macro>, because httpd has another message then.
        self._macros: dict[str, Macro] | None = {} if not start.whole else None
        self._execute |= {
            "define": self._define,
            "undefine": self._undefine,
            "include": self._include,
            "includeoptional": self._include,
            "serverroot": self._server_root,
            "defaultruntimedir": self._runtime_dir,
            "loadmodule": self._load_module,
            "loadfile": self._load_file,
            "error": self._error_directive,
            **dict.fromkeys(_CONDITIONS, self._condition),
        }
        if not start.whole:
            self._add_macros()

    # -- conditions -----------------------------------------------------------------------------

    def _condition(self, name: str, key: str, raw: str) -> None:
        has_version = not self._start.whole or self.configuration.has_module("version_module")
        if key == "<ifversion" and not has_version:
            self._open_section(name, key, raw)
            return
        source = self._source
        index = source.index
        try:
            holds = self._holds(name, key, raw)
        except Rejected as rejected:
            # It is not known whether it is true, so the lines inside are not read.
            rejected.at = source.file, index
            self.skip_section(name, quiet=True)
            raise
        self._note_text_after(raw)
        if holds:
            self._files[-1].sections.append(Condition(name, source.file, index))
        else:
            self.skip_section(name)

    def _holds(self, name: str, key: str, raw: str) -> bool:
        if key == "<ifversion":
            words = split_words(raw)
            if not 1 <= len(words) <= 3 or not words[0]:
                takes = "one, two or three arguments, a comparison operator, a version"
                message = f"{name} takes {takes} (and a delimiter)"
                raise Rejected(ErrorKind.ARGUMENTS, message)
            try:
                return not self._is_undefined(raw) and version_matches(words, self._start.version())
            except ConditionError as error:
                raise Rejected(ErrorKind.ARGUMENTS, str(error)) from None
        bracket = raw.rfind(">")
        if bracket < 0:
            raise Rejected(ErrorKind.ARGUMENTS, f"{name}> directive missing closing '>'")
        argument = raw[:bracket]
        negated = argument.startswith("!")
        subject, _ = next_word(argument[1:] if negated else argument)
        if not subject:
            raise Rejected(ErrorKind.ARGUMENTS, f"{name}> directive requires additional arguments")
        return self._is_true(key, subject) != negated

    def _is_true(self, key: str, subject: str) -> bool:
        if key == "<ifmodule":
            known = self.configuration.has_module(module_name(subject))
            return known or not self._start.whole
        if key == "<ifdefine":
            return subject in self._defines
        if key == "<iffile":
            return self.configuration.paths.exists(self.configuration.absolute(subject))
        prefix = "<" if key == "<ifsection" else ""
        return lower(prefix + subject) in self._commands or not self._start.whole

    # -- directives that are executed while reading ---------------------------------------------

    def _define(self, _name: str, _key: str, raw: str) -> None:
        name, *value = checked_arguments("Define", raw, 1, 2, "1-2 arguments")
        if ":" in name:
            raise Rejected(ErrorKind.ARGUMENTS, "Variable name must not contain ':'")
        self._defines.add(name)
        if value and value[0]:
            self._variables[lower(name)] = value[0]
            self._forget_lines()

    def _undefine(self, _name: str, _key: str, raw: str) -> None:
        (name,) = checked_arguments("UnDefine", raw, 1, 1, "one argument")
        if ":" in name:
            raise Rejected(ErrorKind.ARGUMENTS, "Variable name must not contain ':'")
        self._defines.discard(name)
        self._variables.pop(lower(name), None)
        self._forget_lines()

    def _server_root(self, _name: str, _key: str, raw: str) -> None:
        (path,) = checked_arguments("ServerRoot", raw, 1, 1, "one argument")
        if self._is_undefined(path):
            return
        if not self._start.installed and windows_path(path) != path:
            self.configuration.is_windows = True
            path = windows_path(path)
        path = server_root_relative("/", path)
        here = self.configuration.paths.real(path)
        if self._start.installed and not os.path.isdir(here):
            raise Rejected(ErrorKind.ARGUMENTS, "ServerRoot must be a valid directory")
        self.configuration.server_root = here

    def _runtime_dir(self, _name: str, _key: str, raw: str) -> None:
        (path,) = checked_arguments("DefaultRuntimeDir", raw, 1, 1, "one argument")
        # apache2ctl creates the folder that it knows from envvars.
        made = path == self._start.environment.get("APACHE_RUN_DIR")
        if self._start.installed and not made and not os.path.isdir(self.configuration.here(path)):
            raise Rejected(
                ErrorKind.ARGUMENTS,
                "DefaultRuntimeDir must be a valid directory, absolute or relative to ServerRoot",
            )

    def _load_file(self, _name: str, _key: str, raw: str) -> None:
        paths = split_words(raw)
        if not paths or not paths[0]:
            raise Rejected(ErrorKind.ARGUMENTS, "LoadFile requires at least one argument")
        for path in paths:
            self._check_shared_object(path, "")

    def _load_module(self, _name: str, _key: str, raw: str) -> None:
        name, path = checked_arguments("LoadModule", raw, 2, 2, "two arguments")
        source = self._source
        place = line_place(source.file, source.file.lines.first_line(source.index))
        self.configuration.load_modules.setdefault(name, place)
        if self._start.installed and name in self._start.built_in:
            raise Rejected(ErrorKind.MODULE, f"module {name} is built-in and can't be loaded")
        if name in self.configuration.modules:
            return
        self._check_shared_object(path, name)
        self.configuration.modules.add(name)
        self._commands.update(commands(name))
        self._forget_lines()
        if name == "macro_module":
            self._add_macros()

    def _check_shared_object(self, path: str, symbol: str) -> None:
        """Check the file of a module, if this machine's httpd would load it."""
        if self._start.installed:
            check_shared_object(path, self.configuration.here(path), symbol)

    def _include(self, name: str, key: str, raw: str) -> None:
        (path,) = checked_arguments(name, raw, 1, 1, "one argument")
        if len(self._files) > _DEEPEST_INCLUDE:
            raise Rejected(
                ErrorKind.INCLUDE_LOOP,
                f"Exceeded maximum include depth of {_DEEPEST_INCLUDE}, "
                "There appears to be a recursion.",
            )
        if len(os.fsencode(self.configuration.server_root + path)) + 4 > _LONGEST_PATH:
            raise Rejected(ErrorKind.INCLUDE_NOT_FOUND, f"Invalid Include path {path}")
        if self._is_undefined(path):
            return
        here = self.configuration.here(path)
        optional = key == "includeoptional"
        if not optional and self._is_elsewhere(path, here):
            self._note(NoteKind.INCLUDE_ELSEWHERE, path)
        else:
            if self._parent is None and has_wildcard(path):
                loaded = len(self.configuration.load_modules)
                self.configuration.includes.setdefault(here, loaded)
            paths = self.configuration.paths
            self._files[-1].included, self._files[-1].inclusion = here, None
            self._files[-1].pending = included_files(
                here, optional=optional, paths=paths, spent=self._spent
            )

    def _is_elsewhere(self, path: str, here: str) -> bool:
        """Whether an Include names a folder of the server that is not part of this copy."""
        configuration = self.configuration
        paths = configuration.paths
        if self._start.installed or paths.is_outside(here):
            return False
        is_copy = bool(paths.maps or paths.root)
        is_own = not path.startswith("/") or is_inside(here, configuration.server_root)
        if is_own and not is_copy:
            return False
        return not os.path.exists(os.path.dirname(here))

    def _error_directive(self, name: str, key: str, raw: str) -> None:
        """``Error``: it rejects the configuration when httpd executes it, after all was read."""
        source = self._source
        self.configuration.directives.append(directive_at(name, key, raw, self._parent, source))
        message = raw or "The Error directive was used with no message."
        if len(raw) > 1 and raw[0] in "\"'" and raw[0] == raw[-1]:
            message = raw[1:-1]
        self._note_error(ErrorKind.ERROR_DIRECTIVE, message, source.file, source.index)

    # -- macros ---------------------------------------------------------------------------------

    def _add_macros(self) -> None:
        self._execute["<macro"] = self._define_macro
        self._execute["use"] = self._use_macro
        self._execute["undefmacro"] = self._undefine_macro
        self._forget_lines()

    def _define_macro(self, _name: str, _key: str, raw: str) -> None:
        source = self._source
        opened = source.index
        if self._macros is None:
            self._macros = {}
        try:
            macro = self._macro(raw, f'defined on line {source.number} of "{source.name}"')
        except MacroError as error:
            rejected = Rejected(ErrorKind.MACRO, str(error))
            rejected.at = source.file, opened
            raise rejected from None
        self._macros[macro.name] = macro

    def _macro(self, raw: str, location: str) -> Macro:
        """The macro that starts with ``<Macro raw``; its body is read to the end."""
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
            if 4 * len(source.file.text) > LONGEST_MACRO_LINE:
                size = len(os.fsencode(line)) + 1
                if source.numbered is None:
                    size = source.file.buffer_size(source.index)
                body.check_length(size)
            if body.takes(line):
                lines.append(line)
                indexes.append(source.index)
        return Macro(name, parameters, location, file, tuple(lines), tuple(indexes))

    def _use_macro(self, _name: str, _key: str, raw: str) -> None:
        if self._macros is None:
            raise Rejected(ErrorKind.MACRO, "no macro defined before Use")
        name, rest = next_word(raw)
        name = lower(name)
        if not name:
            raise Rejected(ErrorKind.MACRO, "no macro name specified with Use")
        macro = self._macros.get(name)
        source = self._source
        if macro is None:
            if self._start.whole:
                raise Rejected(ErrorKind.MACRO, f"macro '{name}' undefined")
            return
        if f"macro '{name}'" in source.name:
            raise Rejected(ErrorKind.MACRO, f"recursive use of macro '{name}' is invalid")
        where = (
            f"macro '{name}' ({macro.location}) used on line {source.number} of \"{source.name}\""
        )
        try:
            expanded = macro.expand(split_words(rest), where)
        except MacroError as error:
            raise Rejected(ErrorKind.MACRO, str(error)) from None
        self._spent.source(len(expanded))
        self._spent.expanded(sum(map(len, expanded)))
        self._push(where, macro, expanded)

    def _push(self, where: str, macro: Macro, expanded: list[str]) -> None:
        """Read the lines of a macro next.

        httpd processes them as lines again: a line that ends with a backslash continues in the next
        one, and the last one continues in the line after the use.
        """
        lines: list[str] = []
        numbered: list[tuple[int, int]] = []
        begun = ""
        for number, line in enumerate(expanded, 1):
            begun, complete = without_continuation(begun + line)
            if complete:
                lines.append(begun.strip(WHITE_SPACE))
                numbered.append((macro.indexes[number - 1], number))
                begun = ""
        user = self._source
        use = user.use or (user.file, user.index)
        sources = self._files[-1].sources
        if begun:
            sources.append(self._line_behind(begun))
        sources.append(Source(where, macro.file, lines, numbered, use))

    def _line_behind(self, begun: str) -> Source:
        """The line that starts at the end of a macro and continues after its use."""
        outer = self._source
        complete = False
        while not complete:
            following = self._next_line()
            outer = self._source
            if following is None or outer.is_at_end:
                # The end of the file counts as a line.
                place = [(outer.index, outer.number + (following is None))]
                return Source(outer.name, outer.file, [begun.strip(WHITE_SPACE)], place)
            if outer.is_cut_off:
                following = outer.file.cut_off_line()
            elif outer.numbered is None:
                following = outer.file.lines.text[outer.index]
            begun, complete = without_continuation(begun + following)
            complete = complete or outer.is_cut_off
        place = [(outer.index, outer.number)]
        return Source(outer.name, outer.file, [begun.strip(WHITE_SPACE)], place)

    def _undefine_macro(self, _name: str, _key: str, raw: str) -> None:
        (name,) = checked_arguments("UndefMacro", raw, 1, 1, "one argument")
        if self._macros is None:
            raise Rejected(ErrorKind.MACRO, "no macro defined before UndefMacro")
        if self._macros.pop(lower(name), None) is None and self._start.whole:
            raise Rejected(ErrorKind.MACRO, f"cannot remove undefined macro '{lower(name)}'")
