"""Reads one line as httpd does: its name, its arguments, and what to do with it.

This follows server/config.c (ap_build_config_sub). It also records the places of errors and notes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from apachestaple.httpd.commands import commands
from apachestaple.httpd.configuration import (
    Configuration,
    Directive,
    ErrorKind,
    MacroUse,
    NoteKind,
    Place,
    ReadError,
    ReadNote,
    line_place,
)
from apachestaple.httpd.limits import MOST_EXPANDED, Spent
from apachestaple.httpd.sections import opening_problem
from apachestaple.httpd.words import WHITE_SPACE, lower, next_word, resolve_variables

if TYPE_CHECKING:
    from apachestaple.httpd.source import OpenFile, Source
    from apachestaple.httpd.source_file import SourceFile
    from apachestaple.httpd.start import Start

# The first word of most lines.
_SIMPLE_NAME = re.compile(r"<?[A-Za-z0-9_]+")

# The number of lines and names in the caches.
_MOST_KNOWN = 2_000
# Errors and notes about the text of a line.
_QUOTING = frozenset(
    {
        *(ErrorKind.UNCLOSED_SECTION, ErrorKind.MISMATCHED_SECTION, ErrorKind.ARGUMENTS),
        *(ErrorKind.SECTION, ErrorKind.ERROR_DIRECTIVE),
    }
)
_NOTES_THAT_QUOTE = frozenset(
    {
        *(NoteKind.UNDEFINED_VARIABLE, NoteKind.TEXT_AFTER_SECTION),
        *(NoteKind.SECTION_ENDS_WITH_FILE, NoteKind.LOST_LINE),
    }
)


# Called with the arguments of a directive when a line with it is read for the first time, so that
# other work can start before reading is complete.
Listener = Callable[[Configuration, str], None]

# How to read a line: the function for it (None for a directive in effect), the name in httpd's
# spelling, the name in lower case, and the arguments. For a closing line, the lower-case name is
# the name of the section.
Act = Callable[[str, str, str], None]
_Line = tuple[Act | None, str, str, str]
_Name = tuple[Act | None, str, str]
# Stands in a cache for a line that was not read before.
NEW: _Line = (None, "", "", "")


def opens(name: str, key: str, raw: str) -> None:
    """A marker for the opening line of a section, which is handled in build.py."""


def closes(name: str, key: str, raw: str) -> None:
    """A marker for the closing line of a section, which is handled in build.py."""


def skips(name: str, key: str, raw: str) -> None:
    """A marker for a directive that is not wanted, whose lines are left out."""


class Lines:
    """Reads the lines of a configuration. Subclasses process them."""

    def __init__(
        self, start: Start, listeners: Mapping[str, Listener], is_wanted: Callable[[str], bool]
    ) -> None:
        self._start = start
        # By name in lower case.
        self._listeners = listeners
        self._is_wanted = is_wanted
        # Values of variables, by name in lower case.
        self._variables = {lower(k): v for k, v in start.defines.items() if v is not None}
        self._files: list[OpenFile] = []
        self._parent: Directive | None = None
        # Caches for lines and first words that were read before, because most files of a server are
        # similar. They are cleared when a variable or a module changes the meaning of lines.
        self._known: dict[str, _Line | None] = {}
        self._known_names: dict[str, _Name] = {}
        self._has_unknown_variable = False
        self.configuration = Configuration(
            main_file=start.main_file,
            server_root=start.server_root,
            whole=start.whole,
            installed=start.installed,
            in_place=start.in_place,
            own_openssl=start.own_openssl,
            version=start.version,
            paths=start.paths,
            focus=start.focus,
            is_folder=start.is_folder,
            is_template=bool(start.variants),
            modules=set(start.built_in),
            environment=start.environment,
        )
        self._find_real = self.configuration.paths.real_paths.find
        # The spelling of each directive of a loaded module, by name in lower case.
        self._commands: dict[str, str] = {}
        for module in start.built_in:
            self._commands.update(commands(module))
        # Functions for directives that are executed during reading, by name in lower case.
        self._execute: dict[str, Act] = {}
        self._spent = Spent()
        self._last_place: tuple[tuple[SourceFile, int] | None, Place | None] = (None, None)

    @property
    def _source(self) -> Source:
        return self._files[-1].sources[-1]

    # -- one line -------------------------------------------------------------------------------

    def _line(self, written: str) -> _Line | None:
        """How to read a line (ap_build_config_sub); ``None`` if it is left out."""
        if len(self._known) > _MOST_KNOWN:
            self._forget_lines()
        text = written.strip(WHITE_SPACE)
        if not text:
            self._known[written] = None
        if not text or text[0] == "#":
            return None
        word, _, raw = text.partition(" ")
        known = self._known_names.get(word)
        if known is not None and "$" not in raw and (word[0] != "<" or raw[-1:] == ">"):
            raw = raw.lstrip(WHITE_SPACE)
            read = self._known[written] = None if known[0] is skips else (*known, raw)
            if known[2] in self._listeners:
                self._listeners[known[2]](self.configuration, raw)
            return read
        resolved = text
        if "$" in text:
            self._has_unknown_variable = False
            resolved = self._resolved(text)
        name, raw = next_word(resolved)
        if name[1:2] != "/":
            name = name.removesuffix(">")
            if name.startswith("<") and not raw:
                raw = ">"
        key = lower(name)
        if not key.startswith("<"):
            act = self._ignore if not name else self._execute.get(key)
            if act is None and not self._is_wanted(key):
                act = skips
            line = act, self._commands.get(key, name), key, raw
        elif key.startswith("</"):
            line = closes, name, "<" + key[2:-1] if key.endswith(">") else "", raw
        else:
            act = self._execute.get(key) or (opens if _is_plain(raw) else self._open_section)
            line = act, self._commands.get(key, name), key, raw
        read = None if line[0] is skips else line
        # Each occurrence of an unknown variable must be recorded.
        if not (resolved is not text and self._has_unknown_variable):
            self._known[written] = read
        if key in self._listeners:
            self._listeners[key](self.configuration, raw)
        if _SIMPLE_NAME.fullmatch(word) and act != self._open_section:
            self._known_names[word] = line[:3]
        return read

    def _resolved(self, text: str) -> str:
        try:
            resolved = resolve_variables(text, self._value_of, self._spent.left_to_expand)
        except OverflowError:
            self._spent.expanded(MOST_EXPANDED)
            return text
        self._spent.expanded(len(resolved))
        return resolved

    def _forget_lines(self) -> None:
        """Clear the cache, because a variable or a module has changed the meaning of lines."""
        self._known.clear()
        self._known_names.clear()

    def _value_of(self, name: str) -> str | None:
        value = self._variables.get(lower(name))
        if value is None:
            value = self._start.environment.get(name)
        if value is None:
            self._has_unknown_variable = True
            if ":" not in name:
                self._note(NoteKind.UNDEFINED_VARIABLE, name)
        return value

    def _is_undefined(self, argument: str) -> bool:
        """Whether an argument has a variable that another part of the configuration defines."""
        return not self._start.whole and "${" in argument

    def _open_section(self, name: str, key: str, raw: str) -> None:
        """The opening line of a section with text after its ``>``, or an incomplete one."""
        source = self._source
        problem = opening_problem(name, raw)
        if problem is None:
            self._note_text_after(raw)
        else:
            self._note_error(ErrorKind.SECTION, problem, source.file, source.index)
        directive = directive_at(name, key, raw, self._parent, source)
        self.configuration.directives.append(directive)
        self._files[-1].sections.append(directive)
        self._parent = directive

    def _ignore(self, name: str, key: str, raw: str) -> None:
        """A directive that does not affect reading."""

    # -- notes ----------------------------------------------------------------------------------

    def _note_error(self, kind: ErrorKind, message: str, file: SourceFile, index: int) -> None:
        lines = file.lines
        place = line_place(file, lines.first_line(index), lines.last_line(index))
        if not file.is_configuration and kind in _QUOTING:
            message = f"line {place.line} is not valid, and no line of the file is a directive"
        self.configuration.errors.append(ReadError(kind, message, place))

    def _note(self, kind: NoteKind, subject: str, reason: str = "") -> None:
        source = self._source
        self._note_at(kind, subject, source.file, source.index, reason)

    def _note_at(
        self, kind: NoteKind, subject: str, file: SourceFile, index: int, reason: str = ""
    ) -> None:
        if file.is_configuration or kind not in _NOTES_THAT_QUOTE:
            place = self._place(file, index)
            in_section = self._parent is not None
            note = ReadNote(kind, subject, place, reason, in_section)
            self.configuration.notes.append(note)

    def _place(self, file: SourceFile, index: int) -> Place:
        """The first physical line, because a long line may have many notes."""
        known, place = self._last_place
        if known != (file, index) or place is None:
            place = line_place(file, file.lines.first_line(index))
            self._last_place = (file, index), place
        return place

    def _note_text_after(self, raw: str) -> None:
        """Note text after the last ``>`` of a section's opening line, which httpd ignores."""
        after = raw.rpartition(">")[2].strip(WHITE_SPACE)
        if after:
            self._note(NoteKind.TEXT_AFTER_SECTION, after)


def directive_at(name: str, key: str, raw: str, parent: Directive | None, at: Source) -> Directive:
    """The directive of the line that was read last."""
    use = None
    if at.numbered is not None:
        file, index = at.use or (at.file, at.index)
        use = MacroUse(at.name, at.number, file, index, at.is_changed)
    return Directive(name, key, raw, parent, at.file, at.index, use)


def _is_plain(raw: str) -> bool:
    """Whether a section's opening line has an argument, and ends with ``>``."""
    return raw.endswith(">") and raw != ">"
