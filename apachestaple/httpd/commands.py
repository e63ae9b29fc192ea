"""The directives of httpd's own modules, in httpd's spelling.

httpd shows a directive in this spelling, however it is written, and <IfDirective> requires it. The
table is ``commands.txt``.
"""

from __future__ import annotations

import os
from functools import cache

from apachestaple.httpd.words import lower, next_word

_TABLE = os.path.join(os.path.dirname(__file__), "commands.txt")
# A word that starts like a directive of mod_ssl counts as one, because it may be misspelt.
_SSL = ("ssl", "sll", "sls")
_DIRECTIVES_OF_THE_READER = frozenset(
    {*("define", "undefine", "include", "includeoptional", "use", "undefmacro", "loadmodule")}
)


@cache
def all_commands() -> frozenset[str]:
    """The directives of all of httpd's modules, in lower case."""
    return frozenset(name.lower() for names in _table().values() for name in names.split())


@cache
def commands(module: str) -> dict[str, str]:
    """The spelling of each directive of a module, by its name in lower case."""
    return {name.lower(): name for name in _table().get(module, "").split()}


def is_directive(line: str) -> bool:
    """Whether a line looks like one with a directive that httpd knows."""
    word, _ = next_word(line)
    name = lower(word).removesuffix(">").replace("</", "<", 1)
    if name.startswith(_SSL) and name.isalpha():
        return True
    return name in all_commands() or name in _DIRECTIVES_OF_THE_READER


@cache
def _table() -> dict[str, str]:
    """The directives of each module, separated by spaces."""
    with open(_TABLE, encoding="ascii") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    return {module: names for module, _, names in (line.partition(":") for line in lines)}
