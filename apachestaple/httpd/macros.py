"""Expands <Macro> and Use. Source: modules/core/mod_macro.c."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.limits import LimitReachedError
from apachestaple.httpd.words import escaped, lower, next_word, split_words

if TYPE_CHECKING:
    from apachestaple.httpd.source_file import SourceFile

# The longest line of a macro in bytes, with its line ending (MAX_STRING_LEN).
LONGEST_MACRO_LINE = 8191
# The most parameters; each is searched in each line. This limit is ours, far above normal use.
MOST_PARAMETERS = 256


class MacroError(Exception):
    """httpd rejects the macro or its use; the message is httpd's."""


class Macro(NamedTuple):
    """The body of a macro; each line has its index in the file."""

    name: str
    parameters: tuple[str, ...]
    location: str
    file: SourceFile
    lines: tuple[str, ...]
    indexes: tuple[int, ...]

    def expand(self, arguments: list[str], where: str) -> list[str]:
        """The lines of the body with parameters replaced (process_content).

        Raises:
            MacroError: there are too few or too many arguments, or a line becomes too long.

        """
        if len(arguments) != len(self.parameters):
            raise MacroError(
                f"macro '{self.name}' ({self.location}) used with {len(arguments)} arguments "
                f"instead of {len(self.parameters)}"
            )
        replacements = dict(zip(self.parameters, arguments, strict=True))
        expanded = []
        for number, line in enumerate(self.lines, 1):
            try:
                expanded.append(_substitute(line, replacements))
            except MacroError as error:
                raise MacroError(
                    f"{where} error while substituting: while processing line {number} of macro "
                    f"'{self.name}' ({self.location}) {error}"
                ) from None
        return expanded


class MacroBody:
    """Finds the end of a macro's body, line by line (get_lines_till_end_token)."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._nesting = 1

    @property
    def complete(self) -> bool:
        return self._nesting == 0

    def endless(self) -> MacroError:
        """The error for a missing end."""
        return MacroError(f"{self._where}\n\tcontents error: expected token not found: </Macro>")

    def check_length(self, size: int) -> None:
        """Check the length of a line, because httpd stops at a line that its buffer cannot hold.

        Raises:
            MacroError: ``size`` bytes are too many.

        """
        if size > LONGEST_MACRO_LINE:
            raise self.endless()

    def takes(self, line: str) -> bool:
        """Whether ``line``, the next line, belongs to the body."""
        if line.startswith("#"):
            return False
        first = lower(next_word(line)[0])
        if first == "</macro>":
            self._nesting -= 1
        elif first == "<macro":
            self._nesting += 1
        return self._nesting > 0


def parse_heading(arguments: str, where: str) -> tuple[str, tuple[str, ...]]:
    """Name and parameters from the text after ``<Macro`` (macro_section)."""
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
    if len(parameters) > MOST_PARAMETERS:
        raise LimitReachedError(f"{MOST_PARAMETERS:,} parameters of a macro")
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
    """Replace parameters from left to right; the longest wins if several start at one place."""
    position = 0
    while True:
        found = [(line.find(name, position), -len(name), name) for name in replacements]
        found = [candidate for candidate in found if candidate[0] >= 0]
        if not found:
            return line
        start, _, name = min(found)
        replacement = replacements[name]
        written = f'"{escaped(replacement)}"' if name.startswith("@") else replacement
        if name == replacement:
            written = name
        line = line[:start] + written + line[start + len(name) :]
        if len(line.encode("utf-8", "surrogateescape")) >= LONGEST_MACRO_LINE:
            raise MacroError("cannot substitute, buffer size too small")
        # httpd continues after the unescaped length of the replacement, even if it was escaped.
        position = start + len(replacement)
