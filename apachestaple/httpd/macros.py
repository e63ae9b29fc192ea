"""<Macro> and Use. Source: modules/core/mod_macro.c."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.limits import LimitReachedError
from apachestaple.httpd.words import escaped, lower, next_word, split_words

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import SourceFile

# Bytes that a line of a macro may have, its line ending counted (MAX_STRING_LEN).
LONGEST_MACRO_LINE = 8191
# Each is looked for in each line. A limit of ours; nobody writes a tenth of it.
MOST_PARAMETERS = 256


class MacroError(Exception):
    """httpd rejects the macro or its use; the text is its message."""


class Macro(NamedTuple):
    """A macro's body; each line remembers where in the file it stands."""

    name: str
    parameters: tuple[str, ...]
    location: str
    file: SourceFile
    lines: tuple[str, ...]
    indexes: tuple[int, ...]

    def expand(self, arguments: list[str], where: str) -> list[str]:
        """The body's lines with the parameters replaced (process_content).

        Raises:
            MacroError: there are too few or too many arguments, or a line gets too long.

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
        """What httpd says where the end does not come."""
        return MacroError(f"{self._where}\n\tcontents error: expected token not found: </Macro>")

    def check_length(self, size: int) -> None:
        """Stop where httpd stops reading: at a line that its buffer does not hold.

        Raises:
            MacroError: ``size``, the bytes that it takes there, is too much.

        """
        if size > LONGEST_MACRO_LINE:
            raise self.endless()

    def takes(self, line: str) -> bool:
        """Whether ``line``, the next one, belongs to the body."""
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
    """Replace parameters from left to right, the longest where several start at one place."""
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
        # httpd goes on behind the unescaped length of the replacement, even where it was escaped.
        position = start + len(replacement)
