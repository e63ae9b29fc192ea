"""Builds directives from lines, as httpd does.

This follows server/config.c (ap_build_config, ap_build_config_sub, ap_build_cont_config,
ap_soak_end_container). Where httpd stops with an error, this records the error and continues if
possible. reader.py executes the directives that take effect during reading.
"""

from __future__ import annotations

import errno
import os

from apachestaple.httpd.configuration import Directive, ErrorKind, NoteKind, ReadNote, line_place
from apachestaple.httpd.dependences import Inclusion
from apachestaple.httpd.folder_reader import FolderReader
from apachestaple.httpd.include import DanglingLink, FolderLoop, IncludeError, Outside
from apachestaple.httpd.limits import (
    MOST_DIRECTIVES,
    MOST_NESTED,
    LimitReachedError,
)
from apachestaple.httpd.lines import NEW, Lines, closes, directive_at, opens
from apachestaple.httpd.packages import is_of_package
from apachestaple.httpd.rejected import Rejected
from apachestaple.httpd.source import Condition, OpenFile, Source
from apachestaple.httpd.source_file import SourceFile
from apachestaple.httpd.words import WHITE_SPACE, lower, next_word

# The longest logical line in bytes (VARBUF_MAX_LEN).
_LONGEST_LINE = 16 * 1024 * 1024
# The number of open sections in which the section of a wrong closing line is searched.
_FARTHEST = 20


class Build(Lines):
    """Builds a configuration from lines. Subclasses execute directives during reading."""

    # -- files and lines ------------------------------------------------------------------------

    def read(self) -> None:
        """Read the main file and all included files.

        Raises:
            OSError: the main file cannot be read.

        """
        path = self._start.main_file
        text = "" if self._start.fragments else self.configuration.paths.text(path)
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
            with FolderReader(self.configuration.paths.boundary) as folders:
                if self._start.fragments:
                    self._read_fragments(folders)
                else:
                    self._open_file(main)
                    self._read_files(folders)
        except LimitReachedError as limit:
            source = self._source
            self._note_error(ErrorKind.LIMIT, str(limit), source.file, max(source.index, 0))
            self._files.clear()

    def _read_fragments(self, folders: FolderReader) -> None:
        """Read the files of one folder, one after another. What cannot be read is an error."""
        for path in self._start.fragments:
            if path in self.configuration.files:
                continue
            file = SourceFile(path, "")
            try:
                if self._start.variants:
                    file = SourceFile(path, self._start.variants[0], shown=self._start.template)
                else:
                    file = self._source_file(path, self.configuration.paths.text(path))
            except OSError as error:
                message = f"Could not open configuration file {path}: {error.strerror}"
                self._note_error(ErrorKind.UNREADABLE, message, file, 0)
            except LimitReachedError as limit:
                self._note_error(ErrorKind.LIMIT, str(limit), file, 0)
                return
            self._open_file(file)
            self._read_files(folders)

    def _read_files(self, folders: FolderReader) -> None:
        while self._files:
            current = self._files[-1]
            try:
                if current.pending is not None:
                    self._open_pending(current, folders)
                else:
                    self._read_lines(current)
            except Rejected as rejected:
                source = current.sources[-1]
                at = rejected.at or (source.file, source.index)
                self._note_error(rejected.kind, str(rejected), *at)
                if rejected.kind is ErrorKind.INCLUDE_LOOP:
                    self._leave_loop()

    def _source_file(self, path: str, text: str, real: str | None = None) -> SourceFile:
        """Split a file into lines when it is read for the first time."""
        self._spent.text(text)
        if "\0" in text[:1024]:
            # Its content is unknown and must not be shown.
            file = SourceFile(path, "", real)
            self._note_error(ErrorKind.NOT_TEXT, f"{path} is not a text file", file, 0)
            return file
        return SourceFile(path, text, real, self._find_real)

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

    def _open_pending(self, including: OpenFile, folders: FolderReader) -> None:
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
            file = self.configuration.files.get(path) or self._file_at(path, folders)
            if file is not None:
                self._note_inclusion(file, including)
                self._open_file(file)

    def _note_inclusion(self, file: SourceFile, including: OpenFile) -> None:
        """Note which Include reads a file. In a macro, it is the line that uses the macro."""
        if including.inclusion is None:
            source = including.sources[-1]
            by, position = source.use or (source.file, source.index)
            including.inclusion = Inclusion(by, position, file.path == including.included)
        self.configuration.inclusions.setdefault(file.path, []).append(including.inclusion)

    def _file_at(self, path: str, folders: FolderReader) -> SourceFile | None:
        try:
            paths = self.configuration.paths
            text = paths.text(path, folders.read)
            return self._source_file(path, text, paths.made_file(path) or folders.real_path(path))
        except FileNotFoundError as error:
            kind, reason = ErrorKind.INCLUDE_NOT_FOUND, error.strerror
            if not self._start.whole:
                return None
            if self._start.is_copy and is_of_package(path):
                # A repository often contains only the files that were changed.
                self._note(NoteKind.INCLUDE_ELSEWHERE, path)
                return None
        except OSError as error:
            kind, reason = ErrorKind.UNREADABLE, error.strerror
        raise Rejected(kind, f"Could not open configuration file {path}: {reason}")

    def _read_lines(self, current: OpenFile) -> None:
        """Read lines of a file or macro until another source must be read first."""
        source = current.sources[-1]
        lines, file, sections = source.lines, source.file, current.sections
        in_macro = source.numbered is not None
        known = self._known
        add, new = self.configuration.directives.append, tuple.__new__
        parent = self._parent
        position = source.position
        # Each line makes at most one directive.
        end = min(len(lines), position + MOST_DIRECTIVES - len(self.configuration.directives))
        while position < end:
            written = lines[position]
            position += 1
            line = known.get(written, NEW)
            if line is NEW:
                source.position = position
                line = self._line(written)
            if line is None:
                continue
            act, name, key, raw = line
            if act is None or act is opens:
                if in_macro:
                    source.position = position
                    directive = directive_at(name, key, raw, parent, source)
                else:
                    # The same as NamedTuple does, in a third of the time.
                    directive = new(Directive, (name, key, raw, parent, file, position - 1, None))
                add(directive)
                if act is not None:
                    sections.append(directive)
                    parent = directive
                    if len(sections) > MOST_NESTED:
                        source.position = position
                        raise LimitReachedError(f"{MOST_NESTED:,} sections within each other")
            elif act is closes and sections and sections[-1].key == key:
                parent = sections.pop().parent  # type: ignore[union-attr]  # no condition has a key
            else:
                source.position = position
                self._parent = parent
                if act is closes:
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
        """Handle sections that are open at the end of a file (ap_build_config).

        Only sections outside of every condition are an error. ap_build_cont_config takes the end of
        the file for the end of the condition, and ignores open sections inside.
        """
        for section in closed.sections:
            if isinstance(section, Condition):
                self._note_at(
                    NoteKind.SECTION_ENDS_WITH_FILE, section.name, section.file, section.index
                )
                break
            if self._start.variants:
                # Another template may close it.
                continue
            message = f"{section.name}> was not closed."
            file = section.source_file
            self._note_error(ErrorKind.UNCLOSED_SECTION, message, file, section.position)
        self._parent = closed.outer
        self._files.pop()
        # The lines of 10,000 files need 15 MB; few are needed again, for findings.
        closed.sources[0].file.release()

    def _leave_loop(self) -> None:
        """Continue after the Include that leads into the loop."""
        paths = [file.sources[0].file.path for file in self._files]
        round_again = {path for path in paths if paths.count(path) > 1}
        first = next((n for n, path in enumerate(paths) if path in round_again), 1) or 1
        if len(self._files) > first:
            self._parent = self._files[first].outer
        del self._files[first:]
        self._files[-1].pending = None

    def _next_line(self) -> str | None:
        """The next line of the body of a false condition or of a macro definition."""
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
        """Continue after the use of a macro.

        httpd reads the next line character by character, and loses it if the file ends without a
        line ending (mod_macro.c, array_getstr).
        """
        left = sources.pop()
        outer = sources[-1]
        if left.name == outer.name:
            # A line that started in the macro was read to its end.
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

    # -- sections -------------------------------------------------------------------------------

    def _close_other(self, text: str, name: str) -> None:
        """A closing line that does not match the innermost section."""
        sections = self._files[-1].sections
        innermost = sections[-1] if sections else None
        if isinstance(innermost, Condition):
            # Only its exact closing line closes a true condition.
            if lower(text[2:]) == lower(innermost.name[1:]) + ">":
                sections.pop()
                return
            innermost = None
        mismatched = ErrorKind.MISMATCHED_SECTION
        if innermost is None:
            if self._start.variants:
                # Another template may have opened it.
                return
            raise Rejected(mismatched, f"{name} without matching <{name[2:]} section")
        if not name.endswith(">"):
            raise Rejected(mismatched, f"{name}> directive missing closing '>'")
        self._close_outer(lower(name[2:-1]))
        raise Rejected(mismatched, f"Expected </{innermost.name[1:]}> but saw {name}")

    def _close_outer(self, wanted: str) -> None:
        """After a wrong closing line, close the section that was probably meant."""
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
        """Skip a false condition (ap_soak_end_container).

        ``quiet`` means that httpd has already stopped, and only the end is searched.
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
