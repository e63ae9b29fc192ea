"""AS004."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import ErrorKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import Example, ReadErrorRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadError
    from apachestaple.mod_ssl.site import Site


class IncludeNotFound(ReadErrorRule):
    """An Include names nothing that is there.

    `Include` rejects a missing file, a missing folder and a wildcard without match;
    `IncludeOptional` passes over them (ap_process_fnmatch_configs).
    """

    code = "AS004"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    kinds = frozenset({ErrorKind.INCLUDE_NOT_FOUND})
    bad = Example("Include sites/*.conf\n", rejection="Could not open|No matches")
    good = Example("IncludeOptional sites/*.conf\n")

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        """Every such Include."""
        advice = "Correct the path, or write IncludeOptional if the file may be missing."
        yield self.finding(error.place, error.message, advice)
