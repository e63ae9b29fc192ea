"""AS007."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import NoteKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, Example, ReadNoteRule, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadNote
    from apachestaple.mod_ssl.site import Site


class DanglingLink(ReadNoteRule):
    """IncludeOptional passes over a symbolic link that points to nothing.

    A link in sites-enabled whose file was renamed or removed takes its hosts out of service without
    a word (ap_dir_nofnmatch).
    """

    code = "AS007"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    kinds = frozenset({NoteKind.DANGLING_LINK})
    bad = Example(
        CACHE + "IncludeOptional sites/*.conf\n",
        files={"sites/b.txt": tls_host("SSLUseStapling on")},
        links={"sites/a.conf": "missing.txt"},
        as_if=CACHE,
    )
    good = Example(
        CACHE + "IncludeOptional sites/*.conf\n",
        files={"sites/b.txt": tls_host("SSLUseStapling on")},
        links={"sites/a.conf": "b.txt"},
    )

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        """Every such link, at the directive that names it."""
        yield self.finding(
            note.place,
            f"{note.subject} is a link to nothing, and httpd passes over it",
            "Remove the link, or put back what it points to.",
        )
