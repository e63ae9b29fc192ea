"""AS004."""

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


class IncludeNotFound(ReadErrorRule):
    """An Include names a file that does not exist.

    httpd rejects an `Include` of a missing file, of a missing folder, and a wildcard without a
    match. `IncludeOptional` accepts all three (ap_process_fnmatch_configs).
    """

    code = "AS004"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    kinds = frozenset({ErrorKind.INCLUDE_NOT_FOUND})
    message = "{said}"
    help = "Correct the path, or write IncludeOptional if the file may be missing."
    bad = (
        Example("Include sites/*.conf\n", rejection="Could not open|No matches"),
        Example("Include sites.conf\n", rejection="Could not open"),
    )
    good = (Example("IncludeOptional sites/*.conf\n"),)

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        yield self.finding(error_subject(error), said=error.message)
