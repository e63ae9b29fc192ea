"""AS006."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import ErrorKind
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.read_error import ReadErrorRule
from apachestaple.rules.rule import Example
from apachestaple.rules.subject import error_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadError
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class RejectedWhileReading(ReadErrorRule):
    """A directive that httpd executes while it reads has wrong arguments.

    httpd executes Define, Include, LoadModule, the conditions and the macros as soon as it reads
    them. An error in one of them ends the reading.
    """

    code = "AS006"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    kinds = frozenset({ErrorKind.ARGUMENTS, ErrorKind.MACRO, ErrorKind.MODULE})
    message = "{said}"
    help = "Correct the arguments."
    bad = (
        Example("Define a:b\n", rejection="must not contain ':'"),
        Example("Include\n", rejection="Include takes one argument"),
    )
    good = (Example("Define a_b\n"),)

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        yield self.finding(error_subject(error), said=error.message)
