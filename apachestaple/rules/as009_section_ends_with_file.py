"""AS009."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import NoteKind
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.read_note import ReadNoteRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import note_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadNote
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class SectionEndsWithFile(ReadNoteRule):
    """A condition that is true is not closed before the end of its file.

    httpd accepts the end of the file as the end of such a section (ap_build_cont_config). If the
    condition becomes false, it rejects the same file.
    """

    code = "AS009"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    kinds = frozenset({NoteKind.SECTION_ENDS_WITH_FILE})
    message = "{text}> is not closed; httpd ends it with the file"
    help = "Close the section."
    by_hand = (
        Check("Count the opening lines of the condition.", "grep -c '<IfModule' site.conf"),
        Check("Count the closing lines. One is missing.", "grep -c '</IfModule' site.conf"),
    )
    bad = (Example("<IfModule mod_ssl.c>\n" + CACHE + tls_host("SSLUseStapling on")),)
    good = (
        Example("<IfModule mod_ssl.c>\n" + CACHE + tls_host("SSLUseStapling on") + "</IfModule>\n"),
    )

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        yield self.finding(note_subject(note), text=note.subject)
