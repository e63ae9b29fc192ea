"""AS007."""

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


class DanglingLink(ReadNoteRule):
    """IncludeOptional silently skips a symbolic link without a target.

    When the file behind a link in sites-enabled is renamed or removed, the hosts in it are no
    longer served, and httpd does not log anything (ap_dir_nofnmatch).
    """

    code = "AS007"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    kinds = frozenset({NoteKind.DANGLING_LINK})
    message = "{text} is a symbolic link without a target, and httpd skips it"
    help = "Remove the link, or restore the file that it points to."
    by_hand = (Check("List the links without a target.", "find -L sites -type l"),)
    bad = (
        Example(
            CACHE + "IncludeOptional sites/*.conf\n",
            files={"sites/b.txt": tls_host("SSLUseStapling on")},
            links={"sites/a.conf": "missing.txt"},
            as_if=CACHE,
        ),
    )
    good = (
        Example(
            CACHE + "IncludeOptional sites/*.conf\n",
            files={"sites/b.txt": tls_host("SSLUseStapling on")},
            links={"sites/a.conf": "b.txt"},
        ),
    )

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        yield self.finding(note_subject(note), text=note.subject)
