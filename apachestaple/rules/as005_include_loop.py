"""AS005."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import ErrorKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import Example, ReadErrorRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadError
    from apachestaple.mod_ssl.site import Site


class IncludeLoop(ReadErrorRule):
    """Files include each other without end.

    httpd stops after 128 levels (AP_MAX_INCLUDE_DEPTH).
    """

    code = "AS005"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    kinds = frozenset({ErrorKind.INCLUDE_LOOP})
    bad = Example(
        "Include loop.conf\n",
        files={"loop.conf": "Include loop.conf\n"},
        # httpd names every level, and cuts the message before it comes to the reason.
        rejection=r"Exceeded maximum include depth|(Syntax error on line 1 of \S+loop.conf: ){20}",
    )
    good = Example("Include loop.conf\n", files={"loop.conf": "# nothing\n"})

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        """The Include at which httpd gives up."""
        yield self.finding(error.place, error.message, "Remove the Include that closes the circle.")
