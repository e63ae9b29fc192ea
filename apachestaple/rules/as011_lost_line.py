"""AS011."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import NoteKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, ReadNoteRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadNote
    from apachestaple.mod_ssl.site import Site

_MACRO = """\
LoadModule macro_module modules/mod_macro.so
<Macro Admin>
    ServerAdmin webmaster@example.com
</Macro>
"""


class LostLine(ReadNoteRule):
    """The last line of a file has no line ending, and httpd loses it.

    Right behind the use of a macro, httpd reads character by character, and forgets what it has
    when the file ends before the line does (array_getstr in mod_macro.c). Of two `Use` lines the
    second is lost.
    """

    code = "AS011"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    kinds = frozenset({NoteKind.LOST_LINE})
    bad = Example(
        CACHE + _MACRO + tls_host() + "Use Admin\nSSLUseStapling on",
        as_if=CACHE + _MACRO + tls_host() + "Use Admin\n",
    )
    good = Example(CACHE + _MACRO + tls_host() + "Use Admin\nSSLUseStapling on\n")

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        """Every such line."""
        yield self.finding(
            note.place,
            f"httpd loses this line, for the file ends without a line ending: {note.subject}",
            "End the line.",
        )
