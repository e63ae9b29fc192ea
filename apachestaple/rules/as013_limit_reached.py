"""AS013."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import ErrorKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import Example, ReadErrorRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadError
    from apachestaple.mod_ssl.site import Site

# Nested deeper than anybody writes, and than is read.
_NESTED = 1_001


class LimitReached(ReadErrorRule):
    """The configuration is too large to be read.

    A few lines can name any amount of text: an Include of `/usr`, variables or macros that double
    each other. Reading ends at a limit that is several times what a server of 10,000 virtual hosts
    has, and findings about the rest are missing. The limits stand in docs/layouts.md.
    """

    code = "AS013"
    severity = Severity.ERROR
    effect = Effect.ADVICE
    kinds = frozenset({ErrorKind.LIMIT})
    bad = Example("<Directory />\n" * _NESTED + "</Directory>\n" * _NESTED)
    good = Example("<Directory />\n</Directory>\n")

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        """The line at which reading ends."""
        advice = "Remove what this line includes or repeats, or lint the files one by one."
        yield self.finding(error.place, error.message, advice)
