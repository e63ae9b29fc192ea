"""AS003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import ErrorKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import Example, ReadErrorRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadError
    from apachestaple.mod_ssl.site import Site


class MismatchedSection(ReadErrorRule):
    """A closing line does not fit the section that is open.

    The innermost open section must be closed first, by `</Name>` without anything before the `>`
    (ap_build_config_sub).
    """

    code = "AS003"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    kinds = frozenset({ErrorKind.MISMATCHED_SECTION})
    bad = Example("<VirtualHost *:443>\n</Directory>\n</VirtualHost>\n", rejection="but saw")
    good = Example("<VirtualHost *:443>\n</VirtualHost>\n")

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        """Every such line."""
        advice = "Close the sections in the reverse order of their opening."
        yield self.finding(error.place, error.message, advice)
