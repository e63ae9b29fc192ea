"""AS002."""

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


class UnclosedSection(ReadErrorRule):
    """A section is not closed in the file that opens it.

    Each file must close its own sections (ap_build_config). A section inside a condition that is
    false must be closed as well: httpd reads on until it finds the end (ap_soak_end_container).
    """

    code = "AS002"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    kinds = frozenset({ErrorKind.UNCLOSED_SECTION})
    message = "{said}"
    help = "Close the section in the same file, on a line of its own."
    bad = (
        Example(
            "<VirtualHost *:443>\n    ServerName www.example.com\n", rejection="was not closed"
        ),
        Example(
            "<IfModule no_such_module>\n    SSLUseStapling on\n",
            rejection="before end of configuration",
        ),
    )
    good = (Example("<VirtualHost *:443>\n    ServerName www.example.com\n</VirtualHost>\n"),)

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        yield self.finding(error_subject(error), said=error.message)
