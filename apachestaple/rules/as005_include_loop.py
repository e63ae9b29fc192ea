"""AS005."""

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


class IncludeLoop(ReadErrorRule):
    """Files include each other in a loop.

    httpd stops after 128 levels (AP_MAX_INCLUDE_DEPTH) and rejects the configuration.
    """

    code = "AS005"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    kinds = frozenset({ErrorKind.INCLUDE_LOOP})
    message = "{said}"
    help = "Remove the Include that closes the loop."
    bad = (
        Example(
            "Include loop.conf\n",
            files={"loop.conf": "Include loop.conf\n"},
            # httpd names every level, and cuts the message before it comes to the reason.
            rejection=r"Exceeded maximum include depth|(Syntax error on line 1 of \S+f: ){20}",
        ),
    )
    good = (Example("Include loop.conf\n", files={"loop.conf": "# nothing\n"}),)

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        yield self.finding(error_subject(error), said=error.message)
