"""AS008."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import NoteKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, ReadNoteRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadNote
    from apachestaple.mod_ssl.site import Site


class TextAfterSection(ReadNoteRule):
    """A directive on the opening line of a section does nothing.

    httpd takes what stands before the last `>` of the line for the section's argument and never
    looks at what follows it.
    """

    code = "AS008"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    kinds = frozenset({NoteKind.TEXT_AFTER_SECTION})
    bad = Example(
        CACHE + "<IfModule mod_ssl.c>SSLUseStapling on\n</IfModule>\n" + tls_host(),
        as_if=CACHE + tls_host(),
    )
    good = Example(
        CACHE + "<IfModule mod_ssl.c>\nSSLUseStapling on\n</IfModule>\n" + tls_host(),
    )

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        """Every such line, unless what follows is a remark."""
        if note.subject.startswith("#"):
            return
        yield self.finding(
            note.place,
            f"httpd never looks at what follows the section's '>': {note.subject}",
            "Put the directive on a line of its own.",
        )
