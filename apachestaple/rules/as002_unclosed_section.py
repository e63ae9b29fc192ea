"""AS002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import ErrorKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import Example, ReadErrorRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadError
    from apachestaple.mod_ssl.site import Site


class UnclosedSection(ReadErrorRule):
    """A section is not closed in the file that opens it.

    Each file must close its own sections (ap_build_config). A section inside a condition that does
    not hold must be closed as well: httpd reads on until it finds the end (ap_soak_end_container).
    """

    code = "AS002"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    kinds = frozenset({ErrorKind.UNCLOSED_SECTION})
    bad = Example(
        "<VirtualHost *:443>\n    ServerName www.example.com\n", rejection="was not closed"
    )
    good = Example("<VirtualHost *:443>\n    ServerName www.example.com\n</VirtualHost>\n")

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        """Every section that is open at the end."""
        advice = "Close the section in the same file, on a line of its own."
        yield self.finding(error.place, error.message, advice)
