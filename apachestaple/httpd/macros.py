"""<Macro> and Use. Source: modules/core/mod_macro.c."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.httpd.words import lower, next_word, split_words

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import SourceFile

# A longer line stops the reading of a macro's body (MAX_STRING_LEN).
LONGEST_MACRO_LINE = 8192


class MacroError(Exception):
    """httpd rejects the macro or its use; the text is its message."""


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro's body; each line remembers where in the file it stands."""

    name: str
    parameters: tuple[str, ...]
    location: str
    file: SourceFile
    lines: tuple[str, ...]
    indexes: tuple[int, ...]

    def expand(self, arguments: list[str]) -> list[str]:
        """The body's lines with the parameters replaced (substitute_macro_args)."""
        if len(arguments) != len(self.parameters):
            raise MacroError(
                f"macro '{self.name}' ({self.location}) used with {len(arguments)} arguments "
                f"instead of {len(self.parameters)}"
            )
        replacements = dict(zip(self.parameters, arguments, strict=True))
        return [_substitute(line, replacements) for line in self.lines]


class MacroBody:
    """Finds the end of a macro's body, line by line (get_lines_till_end_token)."""

    def __init__(self) -> None:
        self._nesting = 1

    @property
    def complete(self) -> bool:
        return self._nesting == 0

    def takes(self, line: str) -> bool:
        """Whether ``line``, the next one, belongs to the body.

        Raises:
            MacroError: the line is longer than httpd's buffer, where its reading ends.

        """
        if len(line) >= LONGEST_MACRO_LINE:
            raise MacroError("expected token not found: </Macro>")
        if line.startswith("#"):
            return False
        first = lower(next_word(line)[0])
        if first == "</macro>":
            self._nesting -= 1
        elif first == "<macro":
            self._nesting += 1
        return self._nesting > 0


def parse_heading(arguments: str, where: str) -> tuple[str, tuple[str, ...]]:
    """Name and parameters from what stands behind ``<Macro`` (macro_section)."""
    bracket = arguments.rfind(">")
    if bracket < 0:
        raise MacroError("<Macro> directive missing closing '>'")
    if bracket == 0:
        raise MacroError("<Macro macro definition: empty name")
    name, rest = next_word(arguments[:bracket])
    if not name:
        raise MacroError("<Macro macro definition: name not found")
    name = lower(name)
    parameters = split_words(rest)
    for position, parameter in enumerate(parameters):
        if not parameter:
            raise MacroError(f"macro '{name}' ({where}): empty argument #{position + 1} name")
        if parameter in parameters[:position]:
            first = parameters.index(parameter)
            raise MacroError(
                f"argument name conflict in macro '{name}' ({where}): argument '{parameter}': "
                f"#{first + 1} and #{position + 1}, change argument names!"
            )
    return name, tuple(parameters)


def _substitute(line: str, replacements: dict[str, str]) -> str:
    """Replace parameters from left to right, the longest where several start at one place."""
    position = 0
    while True:
        found = [(line.find(name, position), -len(name), name) for name in replacements]
        found = [candidate for candidate in found if candidate[0] >= 0]
        if not found:
            return line
        start, _, name = min(found)
        replacement = replacements[name]
        written = _escaped(replacement) if name.startswith("@") else replacement
        if name == replacement:
            written = name
        line = line[:start] + written + line[start + len(name) :]
        if len(line) >= LONGEST_MACRO_LINE:
            raise MacroError("cannot substitute, buffer size too small")
        # httpd goes on behind the unescaped length of the replacement, even where it was escaped.
        position = start + len(replacement)


def _escaped(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
