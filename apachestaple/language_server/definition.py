"""Where what a line names is defined: files, variables, macros, and the setting in force."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.configuration import line_place
from apachestaple.httpd.words import lower, next_word
from apachestaple.language_server.in_effect import replacing, source_files, variant_at
from apachestaple.language_server.statement import Position, Span, statement_at
from apachestaple.mod_ssl.commands import COMMANDS, PathKind
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Configuration, Directive, Place
    from apachestaple.language_server.statement import Statement
    from apachestaple.mod_ssl.site import Site

_START = Span(Position(0, 0), Position(0, 0))
_INCLUDES = ("include", "includeoptional")
_VARIABLE_NAMES = ("define", "undefine", "<ifdefine")


class Location(NamedTuple):
    """A range in a file on this machine."""

    path: str
    span: Span


def definitions(text: str, path: str, position: Position, site: Site) -> list[Location]:
    """Where what stands at a position in a file is defined; ``text`` is the text in the editor."""
    statement = statement_at(text, position)
    if statement is None or not statement.words:
        return []
    return list(dict.fromkeys(_definitions(statement, path, site)))


def _definitions(statement: Statement, path: str, site: Site) -> Iterator[Location]:
    configuration = site.configuration
    is_argument = statement.at == 1 and bool(statement.here.text)
    if statement.variable:
        yield from _variable(configuration, statement.variable)
    elif statement.key in _VARIABLE_NAMES and is_argument:
        yield from _variable(configuration, statement.here.text.lstrip("!"))
    elif statement.key == "use" and is_argument:
        yield from _lines(configuration, "<macro", statement.here.text)
    elif statement.key in _INCLUDES:
        yield from _included(site, path, statement.number)
    else:
        yield from _of_directives(*variant_at(site, path, statement.number, statement.key))


def _of_directives(site: Site, directives: list[Directive]) -> Iterator[Location]:
    """The files that directives of mod_ssl name, and the line that is used instead of theirs."""
    for directive in directives:
        command = COMMANDS.get(directive.key)
        if command is not None and command.path is PathKind.FILE:
            yield from _file(site.configuration, directive)
    if directives and directives[0].key in STAPLING_DIRECTIVES:
        used = replacing(site, directives)
        if used is not None:
            yield _of_place(used.place, used.source_file.real_path)


def _file(configuration: Configuration, directive: Directive) -> Iterator[Location]:
    """The file that a directive names. It is not opened: it may be a private key."""
    path, may_read = configuration.certificate_file_of(directive)
    if may_read and not configuration.is_unknown(directive) and os.path.isfile(path):
        yield Location(path, _START)


def _included(site: Site, path: str, index: int) -> Iterator[Location]:
    """The files that an Include reads, in order."""
    including = set(map(id, source_files(site, path)))
    for included, inclusions in site.configuration.inclusions.items():
        if any(each.position == index and id(each.by) in including for each in inclusions):
            yield Location(site.configuration.files[included].real_path, _START)


def _variable(configuration: Configuration, name: str) -> Iterator[Location]:
    """The lines that define a variable, and those of the start script where there are none."""
    found = list(_lines(configuration, "define", name))
    yield from found
    if not found and name in configuration.environment:
        yield from _in_envvars(configuration, name)


def _in_envvars(configuration: Configuration, name: str) -> Iterator[Location]:
    """The lines of Debian's envvars that set a variable."""
    path = os.path.join(os.path.dirname(configuration.main_file), "envvars")
    try:
        lines = configuration.paths.text(path).split("\n")
    except OSError:
        return
    assignment = re.compile(rf"\s*(?:export\s+)?{re.escape(name)}=")
    for number, line in enumerate(lines):
        if assignment.match(line):
            span = Span(Position(number, 0), Position(number, len(line.rstrip())))
            yield Location(path, span)


def _lines(configuration: Configuration, key: str, named: str) -> Iterator[Location]:
    """The lines of all files, also in false conditions, that define a variable or a macro.

    Their names are compared without case.
    """
    wanted = lower(named)
    for file in configuration.files.values():
        if wanted not in lower(file.text):
            continue
        for index, line in enumerate(file.lines.text):
            name, rest = next_word(line)
            if lower(name) != key:
                continue
            first = next_word(rest.removesuffix(">"))[0]
            if lower(first) == wanted:
                place = line_place(file, file.first_line(index), file.last_line(index))
                yield _of_place(place, file.real_path)


def _of_place(place: Place, path: str) -> Location:
    return Location(
        path,
        Span(
            Position(place.line - 1, place.column - 1),
            Position(place.end_line - 1, place.end_column - 1),
        ),
    )
