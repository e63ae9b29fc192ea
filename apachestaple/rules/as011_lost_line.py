"""AS011."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import NoteKind
from apachestaple.rules.by_hand import DUMP, Check, in_effect
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.read_note import ReadNoteRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import note_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadNote
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_MACRO = """\
LoadModule macro_module modules/mod_macro.so
<Macro Admin>
    ServerAdmin webmaster@example.com
</Macro>
"""


class LostLine(ReadNoteRule):
    """The last line of a file has no line ending, and httpd loses it.

    After a `Use` of a macro, httpd reads character by character and drops the last line when the
    file ends before the line does (array_getstr in mod_macro.c). Of two `Use` lines, the second
    one is lost.
    """

    code = "AS011"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    kinds = frozenset({NoteKind.LOST_LINE})
    message = "httpd loses this line because the file ends without a line ending: {text}"
    help = "Add a line ending at the end of the file."
    by_hand = (Check(f"{DUMP} SSLUseStapling is not among them.", in_effect("SSLUseStapling")),)
    bad = (
        Example(
            CACHE + _MACRO + tls_host() + "Use Admin\nSSLUseStapling on",
            as_if=CACHE + _MACRO + tls_host() + "Use Admin\n",
        ),
    )
    good = (Example(CACHE + _MACRO + tls_host() + "Use Admin\nSSLUseStapling on\n"),)

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        yield self.finding(note_subject(note), text=note.subject)
