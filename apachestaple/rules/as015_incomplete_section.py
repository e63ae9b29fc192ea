"""AS015."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import ErrorKind
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.read_error import ReadErrorRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import error_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadError
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_HOST = CACHE + tls_host("SSLUseStapling on")


class IncompleteSection(ReadErrorRule):
    """The opening line of a section has no `>` or no argument.

    httpd pairs sections by their names while it reads. It checks the rest of an opening line later,
    when it executes the directives.
    """

    code = "AS015"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    kinds = frozenset({ErrorKind.SECTION})
    message = "{said}"
    help = "Complete the opening line, as in <VirtualHost *:443>."
    bad = (
        Example(_HOST.replace("*:443>", "*:443"), rejection="missing closing '>'"),
        Example(_HOST.replace(" *:443>", ">"), rejection="requires additional arguments"),
        Example(_HOST + "<Directory >\n</Directory>\n", rejection="requires additional arguments"),
        Example(_HOST + "<Location /a\n</Location>\n", rejection="missing closing '>'"),
    )
    good = (Example(_HOST + "<Directory />\n</Directory>\n"),)

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        yield self.finding(error_subject(error), said=error.message)
