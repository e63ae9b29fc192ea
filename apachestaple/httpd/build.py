"""Lines into directives: how httpd builds its tree, line by line.

This replays server/config.c (ap_build_config, ap_build_config_sub, ap_build_cont_config,
ap_soak_end_container). Where httpd stops at an error, this notes it and goes on as far as sense
allows. What a directive does that is executed while reading, stands in reader.py.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from apachestaple.httpd.commands import commands
from apachestaple.httpd.configuration import (
    Configuration,
    Directive,
    ErrorKind,
    NoteKind,
    Place,
    ReadError,
    ReadNote,
    SourceFile,
    line_place,
)
from apachestaple.httpd.include import DanglingLink, FolderLoop, IncludeError, Outside
from apachestaple.httpd.limits import (
    MOST_DIRECTIVES,
    MOST_EXPANDED,
    MOST_NESTED,
    LimitReachedError,
    Spent,
)
from apachestaple.httpd.source import Condition, OpenFile, Source
from apachestaple.httpd.words import WHITE_SPACE, lower, next_word, resolve_variables

if TYPE_CHECKING:
    from apachestaple.httpd.start import Start


# The first word of most lines.
_SIMPLE_NAME = re.compile(r"<?[A-Za-z0-9_]+")

# Bytes of a logical line (VARBUF_MAX_LEN).
_LONGEST_LINE = 16 * 1024 * 1024
# So many lines and names are remembered.
_MOST_KNOWN = 100_000
# Errors and notes whose text is that of a line.
_QUOTING = frozenset(
    {ErrorKind.UNCLOSED_SECTION, ErrorKind.MISMATCHED_SECTION, ErrorKind.ARGUMENTS}
)
_NOTES_THAT_QUOTE = frozenset(
    {
        *(NoteKind.UNDEFINED_VARIABLE, NoteKind.TEXT_AFTER_SECTION),
        *(NoteKind.SECTION_ENDS_WITH_FILE, NoteKind.LOST_LINE),
    }
)
# So far out is looked for the section that a wrong closing line means.
_FARTHEST = 20


class Rejected(Exception):  # noqa: N818  (httpd's verdict, not an error of ours)
    """httpd rejects the line that is being read."""

    def __init__(self, kind: ErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        # Where the line stands, if reading has gone past it since.
        self.at: tuple[SourceFile, int] | None = None


# Is told of a line with a certain directive when that is met for the first time, with its
# arguments: for whoever wants to begin with something before all is read.
Listener = Callable[[Configuration, str], None]

# How a line is to be read: what to do with it (None: it is a directive in effect), the name as
# httpd spells it, the name in lower case, and the arguments. Of a closing line, the lower-case
# name is that of the section that it closes.
Act = Callable[[str, str, str], None]
_Line = tuple[Act | None, str, str, str]
_Name = tuple[Act | None, str, str]


def _open(name: str, key: str, raw: str) -> None:
    """Stands for the opening of a section, which is done where lines are read."""


def _close(name: str, key: str, raw: str) -> None:
    """Stands for the close of a section, likewise."""


class Build:
    """Builds a configuration from lines; what is executed on the way is added by a subclass."""

    def __init__(self, start: Start, listeners: Mapping[str, Listener]) -> None:
        self._start = start
        # By lower-case name.
        self._listeners = listeners
        # Values of variables, by name in lower case.
        self._variables = {lower(k): v for k, v in start.defines.items() if v is not None}
        self._files: list[OpenFile] = []
        self._parent: Directive | None = None
        # Lines that were met before, by their text, and first words that were: most files of a tree
        # are much alike. They are forgotten when a variable or a module changes what they mean.
        self._known: dict[str, _Line] = {}
        self._known_names: dict[str, _Name] = {}
        self._has_unknown_variable = False
        self.configuration = Configuration(
            main_file=start.main_file,
            server_root=start.server_root,
            whole=start.whole,
            installed=start.installed,
            version=start.version,
            paths=start.paths,
            modules=set(start.built_in),
        )
        # The spelling of each directive that a loaded module brings, by lower-case name.
        self._commands: dict[str, str] = {}
        for module in start.built_in:
            self._commands.update(commands(module))
        # What is executed while reading, by lower-case name.
        self._execute: dict[str, Act] = {}
        self._spent = Spent()
        self._last_place: tuple[tuple[SourceFile, int] | None, Place | None] = (None, None)

    # -- files and lines ------------------------------------------------------------------------

    def read(self) -> None:
        """Read the main file and all that it includes.

        Raises:
            OSError: the main file cannot be read.

        """
        path = self._start.main_file
        text = self.configuration.paths.text(path)
        try:
            main = self._source_file(path, text)
        except LimitReachedError as limit:
            main = SourceFile(path, "")
            self.configuration.files[path] = main
            self._note_error(ErrorKind.LIMIT, str(limit), main, 0)
            return
        for unread, reason in self._start.unread:
            place = line_place(main, 1)
            note = ReadNote(NoteKind.VARIABLES_NOT_READ, unread, place, reason)
            self.configuration.notes.append(note)
        try:
            self._open_file(main)
            self._read_files()
        except LimitReachedError as limit:
            source = self._source
            self._note_error(ErrorKind.LIMIT, str(limit), source.file, max(source.index, 0))
            self._files.clear()

    def _read_files(self) -> None:
        while self._files:
            current = self._files[-1]
            try:
                if current.pending is not None:
                    self._open_pending(current)
                else:
                    self._read_lines(current)
            except Rejected as rejected:
                source = current.sources[-1]
                at = rejected.at or (source.file, source.index)
                self._note_error(rejected.kind, str(rejected), *at)
                if rejected.kind is ErrorKind.INCLUDE_LOOP:
                    self._leave_loop()

    def _source_file(self, path: str, text: str, made: str | None = None) -> SourceFile:
        """A file that is met for the first time, taken apart into lines."""
        self._spent.text(text)
        if "\0" in text[:1024]:
            # Nothing is known of what it holds, and nothing of it is shown.
            file = SourceFile(path, "", made)
            self._note_error(ErrorKind.NOT_TEXT, f"{path} is not a text file", file, 0)
            return file
        return SourceFile(path, text, made)

    def _open_file(self, file: SourceFile) -> None:
        self.configuration.files.setdefault(file.path, file)
        self._spent.source(len(file.lines.text))
        self._files.append(OpenFile(Source(file.path, file, file.lines.text), self._parent))
        if len(file.text) >= _LONGEST_LINE - 1:
            for index, line in enumerate(file.lines.text):
                if len(line.strip(WHITE_SPACE)) >= _LONGEST_LINE - 1:
                    message = f"Error reading {file.path}: Line too long"
                    self._note_error(ErrorKind.UNREADABLE, message, file, index)
                    file.lines.text[index] = ""

    def _open_pending(self, including: OpenFile) -> None:
        """Open the next file of an Include, if there is one."""
        try:
            path = next(including.pending or iter(()), None)
        except IncludeError as error:
            including.pending = None
            if self._start.whole:
                raise Rejected(ErrorKind.INCLUDE_NOT_FOUND, str(error)) from None
            return
        if path is None:
            including.pending = None
        elif isinstance(path, DanglingLink):
            self._note(NoteKind.DANGLING_LINK, path.path)
        elif isinstance(path, Outside):
            boundary = self.configuration.paths.boundary
            self._note(NoteKind.OUTSIDE, path.path, boundary.name if boundary else "")
        elif isinstance(path, FolderLoop):
            if not path.optional:
                reason = os.strerror(errno.ELOOP)
                message = f"Could not open configuration file {path.path}: {reason}"
                raise Rejected(ErrorKind.UNREADABLE, message)
            self._note(NoteKind.FOLDER_LOOP, path.path)
        else:
            file = self.configuration.files.get(path) or self._file_at(path)
            if file is not None:
                self._open_file(file)

    def _file_at(self, path: str) -> SourceFile | None:
        try:
            paths = self.configuration.paths
            return self._source_file(path, paths.text(path), paths.made_file(path))
        except FileNotFoundError as error:
            kind, reason = ErrorKind.INCLUDE_NOT_FOUND, error.strerror
            if not self._start.whole:
                return None
        except OSError as error:
            kind, reason = ErrorKind.UNREADABLE, error.strerror
        raise Rejected(kind, f"Could not open configuration file {path}: {reason}")

    def _read_lines(self, current: OpenFile) -> None:
        """Read on in a file, or in a macro that it uses, until another source comes first."""
        source = current.sources[-1]
        lines, file, sections = source.lines, source.file, current.sections
        in_macro = source.numbered is not None
        known = self._known
        add, new = self.configuration.directives.append, tuple.__new__
        parent = self._parent
        position = source.position
        # Each line makes one directive at most.
        end = min(len(lines), position + MOST_DIRECTIVES - len(self.configuration.directives))
        while position < end:
            written = lines[position]
            position += 1
            line = known.get(written)
            if line is None:
                source.position = position
                line = self._line(written)
                if line is None:
                    continue
            act, name, key, raw = line
            if act is None or act is _open:
                if in_macro:
                    source.position = position
                    directive = _directive(name, key, raw, parent, source)
                else:
                    # What NamedTuple itself does, in a third of the time.
                    directive = new(Directive, (name, key, raw, parent, file, position - 1, None))
                add(directive)
                if act is not None:
                    sections.append(directive)
                    parent = directive
                    if len(sections) > MOST_NESTED:
                        source.position = position
                        raise LimitReachedError(f"{MOST_NESTED:,} sections within each other")
            elif act is _close and sections and sections[-1].key == key:
                parent = sections.pop().parent  # type: ignore[union-attr]  # no condition has a key
            else:
                source.position = position
                self._parent = parent
                if act is _close:
                    self._close_other(written.strip(WHITE_SPACE), name)
                else:
                    act(name, key, raw)
                if current.pending is not None or current.sources[-1] is not source:
                    return
                parent, position = self._parent, source.position
        source.position = position
        self._parent = parent
        if position < len(lines):
            if len(self.configuration.directives) >= MOST_DIRECTIVES:
                raise LimitReachedError(f"{MOST_DIRECTIVES:,} directives")
        elif len(current.sources) > 1:
            self._leave_macro(current.sources)
        else:
            self._close_file(current)

    def _close_file(self, closed: OpenFile) -> None:
        """Sections that are open at the end of a file (ap_build_config).

        Only those outside every condition are an error: ap_build_cont_config takes the end of the
        file for the end of its section, and forgets what is open inside.
        """
        for section in closed.sections:
            if isinstance(section, Condition):
                self._note_at(
                    NoteKind.SECTION_ENDS_WITH_FILE, section.name, section.file, section.index
                )
                break
            message = f"{section.name}> was not closed."
            file = section.source_file
            self._note_error(ErrorKind.UNCLOSED_SECTION, message, file, section.position)
        self._parent = closed.outer
        self._files.pop()

    def _leave_loop(self) -> None:
        """Go on behind the Include that leads into the circle, of which httpd has had enough."""
        paths = [file.sources[0].file.path for file in self._files]
        round_again = {path for path in paths if paths.count(path) > 1}
        first = next((n for n, path in enumerate(paths) if path in round_again), 1) or 1
        if len(self._files) > first:
            self._parent = self._files[first].outer
        del self._files[first:]
        self._files[-1].pending = None

    @property
    def _source(self) -> Source:
        return self._files[-1].sources[-1]

    def _next_line(self) -> str | None:
        """The next line for what reads on by itself: a false condition, a macro's body."""
        sources = self._files[-1].sources
        while True:
            source = sources[-1]
            if source.position < len(source.lines):
                line = source.lines[source.position]
                source.position += 1
                return line.strip(WHITE_SPACE)
            if len(sources) == 1:
                return None
            self._leave_macro(sources)

    def _leave_macro(self, sources: list[Source]) -> None:
        """Go on behind the use of a macro.

        httpd reads the line that follows character by character, and loses it where the file ends
        before the line does (mod_macro.c, array_getstr).
        """
        left = sources.pop()
        outer = sources[-1]
        if left.name == outer.name:
            # A line that began in the macro has been read to its end.
            return
        outer.position += 1
        if not outer.is_cut_off:
            outer.position -= 1
        elif lost := outer.lines[-1].strip(WHITE_SPACE):
            self._note(NoteKind.LOST_LINE, lost)
            kept = outer.file.cut_off_line().strip(WHITE_SPACE)
            if kept:
                place = [(outer.index, outer.number)]
                sources.append(Source(outer.name, outer.file, [kept], place))

    # -- one line -------------------------------------------------------------------------------

    def _line(self, written: str) -> _Line | None:
        """How a line is to be read (ap_build_config_sub); ``None`` for a comment or a blank."""
        text = written.strip(WHITE_SPACE)
        if not text or text[0] == "#":
            return None
        if len(self._known) > _MOST_KNOWN:
            self._forget_lines()
        word, _, raw = text.partition(" ")
        known = self._known_names.get(word)
        if known is not None and "$" not in raw and (word[0] != "<" or raw[-1:] == ">"):
            line: _Line = (*known, raw.lstrip(WHITE_SPACE))
            self._known[written] = line
            if line[2] in self._listeners:
                self._listeners[line[2]](self.configuration, line[3])
            return line
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
            line = act, self._commands.get(key, name), key, raw
        elif key.startswith("</"):
            line = _close, name, "<" + key[2:-1] if key.endswith(">") else "", raw
        else:
            act = self._execute.get(key) or (_open if _is_closed(raw) else self._open_section)
            line = act, self._commands.get(key, name), key, raw
        # An unknown variable is to be noted wherever it stands.
        if not (resolved is not text and self._has_unknown_variable):
            self._known[written] = line
        if key in self._listeners:
            self._listeners[key](self.configuration, raw)
        if _SIMPLE_NAME.fullmatch(word) and act != self._open_section:
            self._known_names[word] = line[:3]
        return line

    def _resolved(self, text: str) -> str:
        try:
            resolved = resolve_variables(text, self._value_of, self._spent.left_to_expand)
        except OverflowError:
            self._spent.expanded(MOST_EXPANDED)
            return text
        self._spent.expanded(len(resolved))
        return resolved

    def _forget_lines(self) -> None:
        """A variable or a module has changed what lines mean."""
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

    # -- sections -------------------------------------------------------------------------------

    def _open_section(self, name: str, key: str, raw: str) -> None:
        """A section with something behind its ``>``."""
        self._note_text_after(raw)
        source = self._source
        directive = _directive(name, key, raw, self._parent, source)
        self.configuration.directives.append(directive)
        self._files[-1].sections.append(directive)
        self._parent = directive

    def _close_other(self, text: str, name: str) -> None:
        """A closing line that is not that of the innermost section."""
        sections = self._files[-1].sections
        innermost = sections[-1] if sections else None
        if isinstance(innermost, Condition):
            # A condition that holds is closed by its exact closing line alone.
            if lower(text[2:]) == lower(innermost.name[1:]) + ">":
                sections.pop()
                return
            innermost = None
        mismatched = ErrorKind.MISMATCHED_SECTION
        if innermost is None:
            raise Rejected(mismatched, f"{name} without matching <{name[2:]} section")
        if not name.endswith(">"):
            raise Rejected(mismatched, f"{name}> directive missing closing '>'")
        self._close_outer(lower(name[2:-1]))
        raise Rejected(mismatched, f"Expected </{innermost.name[1:]}> but saw {name}")

    def _close_outer(self, wanted: str) -> None:
        """After a wrong close, close the section that was meant, where there is one."""
        sections = self._files[-1].sections
        for depth in range(len(sections) - 1, max(len(sections) - _FARTHEST, 0) - 1, -1):
            section = sections[depth]
            if isinstance(section, Condition):
                return
            if section.key[1:] == wanted:
                del sections[depth:]
                self._parent = section.parent
                return

    def skip_section(self, name: str, *, quiet: bool = False) -> None:
        """Read over a condition that does not hold (ap_soak_end_container).

        ``quiet`` where httpd has stopped already, and only the end is looked for.
        """
        source = self._source
        opened = source.file, source.index
        open_names = [name[1:]]

        def reject(kind: ErrorKind, message: str) -> None:
            if not quiet:
                self._note_error(kind, message, *opened)

        while (line := self._next_line()) is not None:
            if not line.startswith(("<", '"', "'")):
                continue
            word, rest = next_word(line)
            if word.startswith("</"):
                closing = word[:-1]
                wanted = lower(closing[2:])
                if wanted != lower(open_names[-1]):
                    message = f"Expected </{open_names[-1]}> but saw {closing}>"
                    reject(ErrorKind.MISMATCHED_SECTION, message)
                    if wanted not in map(lower, open_names[-_FARTHEST:]):
                        continue
                    while lower(open_names[-1]) != wanted:
                        open_names.pop()
                open_names.pop()
                if not open_names:
                    return
            elif word.startswith("<"):
                open_names.append((word if rest else word.removesuffix(">"))[1:])
        message = f"Expected </{open_names[-1]}> before end of configuration"
        reject(ErrorKind.UNCLOSED_SECTION, message)

    def _ignore(self, name: str, key: str, raw: str) -> None:
        """A directive that changes nothing for what is read after it."""

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
            self.configuration.notes.append(ReadNote(kind, subject, place, reason))

    def _place(self, file: SourceFile, index: int) -> Place:
        """The first physical line; a long one may have many notes."""
        known, place = self._last_place
        if known != (file, index) or place is None:
            place = line_place(file, file.lines.first_line(index))
            self._last_place = (file, index), place
        return place

    def _note_text_after(self, raw: str) -> None:
        """What follows the last ``>`` of a section's opening line, httpd does not look at."""
        after = raw.rpartition(">")[2].strip(WHITE_SPACE)
        if after:
            self._note(NoteKind.TEXT_AFTER_SECTION, after)


def _directive(name: str, key: str, raw: str, parent: Directive | None, at: Source) -> Directive:
    """The directive of the line that was read last."""
    use = (at.name, at.number) if at.numbered is not None else None
    return Directive(name, key, raw, parent, at.file, at.index, use)


def _is_closed(raw: str) -> bool:
    """Whether nothing follows the last ``>`` of a section's opening line."""
    return raw.endswith(">") or ">" not in raw
