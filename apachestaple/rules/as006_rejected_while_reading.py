"""AS006."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import ErrorKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import Example, ReadErrorRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadError
    from apachestaple.mod_ssl.site import Site


class RejectedWhileReading(ReadErrorRule):
    """A directive that httpd executes while it reads has wrong arguments.

    Define, Include, LoadModule, the conditions and the macros act at once, and their errors stop
    the reading.
    """

    code = "AS006"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    kinds = frozenset({ErrorKind.ARGUMENTS, ErrorKind.MACRO, ErrorKind.MODULE})
    bad = Example("Define a:b\n", rejection="must not contain ':'")
    good = Example("Define a_b\n")

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        """Every such directive."""
        yield self.finding(error.place, error.message, "Correct the arguments.")
