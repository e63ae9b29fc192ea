"""AS017."""

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


class ErrorDirective(ReadErrorRule):
    """An Error directive is in effect.

    Error rejects the configuration with a message of its author. It is usually in a condition that
    checks a requirement of the configuration.
    """

    code = "AS017"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    needs_whole = True
    kinds = frozenset({ErrorKind.ERROR_DIRECTIVE})
    message = "Error: {said}"
    help = "Correct what the message describes, or remove the line."
    bad = (
        Example(
            _HOST + '<IfModule !rewrite_module>\n    Error "load rewrite"\n</IfModule>\n',
            rejection="load rewrite",
        ),
        Example(_HOST + "Error\n", rejection="used with no message"),
    )
    good = (Example(_HOST + '<IfModule !ssl_module>\n    Error "load mod_ssl"\n</IfModule>\n'),)

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        yield self.finding(error_subject(error), said=error.message)
