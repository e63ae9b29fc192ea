"""AS009."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import NoteKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, ReadNoteRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadNote
    from apachestaple.mod_ssl.site import Site


class SectionEndsWithFile(ReadNoteRule):
    """A condition that holds is not closed before the end of its file.

    httpd takes the end of the file for the end of such a section (ap_build_cont_config). Should the
    condition ever not hold, the same file is rejected.
    """

    code = "AS009"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    kinds = frozenset({NoteKind.SECTION_ENDS_WITH_FILE})
    bad = Example("<IfModule mod_ssl.c>\n" + CACHE + tls_host("SSLUseStapling on"))
    good = Example(
        "<IfModule mod_ssl.c>\n" + CACHE + tls_host("SSLUseStapling on") + "</IfModule>\n"
    )

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        """Every such section."""
        yield self.finding(
            note.place,
            f"{note.subject}> is not closed; httpd lets it end with the file",
            "Close the section.",
        )
