"""AS008."""

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


class TextAfterSection(ReadNoteRule):
    """A directive on the opening line of a section has no effect.

    httpd uses the text up to the last `>` of the line as the argument of the section, and ignores
    the rest of the line.
    """

    code = "AS008"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    kinds = frozenset({NoteKind.TEXT_AFTER_SECTION})
    message = "httpd ignores the text after the section's '>': {text}"
    help = "Write the directive on a line of its own."
    by_hand = (Check(f"{DUMP} SSLUseStapling is not among them.", in_effect("SSLUseStapling")),)
    bad = (
        Example(
            CACHE + "<IfModule mod_ssl.c>SSLUseStapling on\n</IfModule>\n" + tls_host(),
            as_if=CACHE + tls_host(),
        ),
    )
    good = (Example(CACHE + "<IfModule mod_ssl.c>\nSSLUseStapling on\n</IfModule>\n" + tls_host()),)

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        if note.subject.startswith("#"):
            return
        yield self.finding(note_subject(note), text=note.subject)
