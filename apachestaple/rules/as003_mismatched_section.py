"""AS003."""

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


class MismatchedSection(ReadErrorRule):
    """A closing line does not match the open section.

    The section that was opened last must be closed first, by `</Name>` with nothing before the `>`
    (ap_build_config_sub).
    """

    code = "AS003"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    kinds = frozenset({ErrorKind.MISMATCHED_SECTION})
    message = "{said}"
    help = "Close the sections in the reverse order of their opening."
    bad = (Example("<VirtualHost *:443>\n</Directory>\n</VirtualHost>\n", rejection="but saw"),)
    good = (Example("<VirtualHost *:443>\n</VirtualHost>\n"),)

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        yield self.finding(error_subject(error), said=error.message)
