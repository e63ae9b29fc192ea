"""AS010."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import NoteKind
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.read_note import ReadNoteRule
from apachestaple.rules.rule import Example
from apachestaple.rules.subject import include_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadNote
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class IncludeElsewhere(ReadNoteRule):
    """An Include names a file outside of the linted files.

    In a repository of configurations this is normal: files that a program keeps on the server,
    such as `/etc/letsencrypt/options-ssl-apache.conf`, are not in it. Their directives are unknown.
    If the main server includes such a file, it may contain hosts, the cache and modules, so rules
    that conclude something from what is missing are not applied.
    A file outside of the repository is not read, not even through a link, because the report may be
    public. The folders `.git`, `.hg` and `.svn` count as outside, too.
    """

    code = "AS010"
    severity = Severity.INFO
    effect = Effect.ADVICE
    kinds = frozenset({NoteKind.INCLUDE_ELSEWHERE, NoteKind.OUTSIDE})
    message = {
        NoteKind.INCLUDE_ELSEWHERE: "{text} not found on this machine, so its directives are "
        "unknown",
        NoteKind.OUTSIDE: "{text} leads out of {boundary}, so it was not read",
    }
    help = "Name the folder that holds the server's files with --root DIR or --map FROM=TO."
    by_hand = (
        Check("On the server, see whether the file exists.", "ls /srv/elsewhere/options.conf"),
    )
    bad = (Example("Include /srv/elsewhere/options.conf\n"),)
    good = (Example("Include options.conf\n", files={"options.conf": "# nothing\n"}),)

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        yield self.finding(
            include_subject(note), variant=note.kind, text=note.subject, boundary=note.reason
        )
