"""AS013."""

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


class LimitReached(ReadErrorRule):
    """The configuration is too large to be read completely.

    A few lines can refer to any amount of text, with an Include of `/usr` or with variables and
    macros that double each other. apachestaple stops at a limit that is several times the size of a
    server with 10,000 virtual hosts. There are no findings about the rest.
    docs/reference/layouts.md lists the limits.
    """

    code = "AS013"
    severity = Severity.ERROR
    effect = Effect.ADVICE
    kinds = frozenset({ErrorKind.LIMIT})
    message = "{said}"
    help = "Include or repeat less in this line, or lint the files one by one."
    bad = (
        Example(
            "Define A0 0123456789\n"
            + "".join(f"Define A{n + 1} {f'${{A{n}}}' * 10}\n" for n in range(8))
        ),
    )
    good = (Example("Define A0 0123456789\nDefine A1 ${A0}${A0}\n"),)

    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        yield self.finding(error_subject(error), said=error.message)
