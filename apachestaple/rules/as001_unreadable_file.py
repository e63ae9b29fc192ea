"""AS001."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import ErrorKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import Example, ReadErrorRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadError
    from apachestaple.mod_ssl.site import Site


class UnreadableFile(ReadErrorRule):
    """A file of the configuration cannot be read.

    httpd opens every file that an Include names, and rejects the configuration when one cannot be
    opened, is no regular file, or holds what no configuration can (ap_pcfg_openfile).
    """

    code = "AS001"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    kinds = frozenset({ErrorKind.UNREADABLE, ErrorKind.NOT_TEXT})
    bad = Example("Include /dev/zero\n", rejection="not a regular file|denied")
    good = Example("Include /dev/null\n")

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        """Every such file."""
        advice = "Make it readable, or take it out of what the Include names."
        yield self.finding(error.place, error.message, advice)
