"""AS001."""

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


class UnreadableFile(ReadErrorRule):
    """A file of the configuration cannot be read.

    httpd opens every file that an Include names. It rejects the configuration if it cannot open
    one of them, if one is not a regular file, or if one contains bytes that are not allowed
    (ap_pcfg_openfile).
    """

    code = "AS001"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    kinds = frozenset({ErrorKind.UNREADABLE, ErrorKind.NOT_TEXT})
    message = "{said}"
    help = "Make the file readable, or change the Include so that it does not name it."
    bad = (
        Example(
            "Include loop.conf\n",
            links={"loop.conf": "loop.conf"},
            rejection="Too many levels of symbolic links",
        ),
    )
    good = (Example("Include /dev/null\n"),)

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        yield self.finding(error_subject(error), said=error.message)
