"""AS014."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import NoteKind
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.read_note import ReadNoteRule
from apachestaple.rules.rule import Example
from apachestaple.rules.subject import note_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadNote
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class FolderLoop(ReadNoteRule):
    """A folder that IncludeOptional names contains a link to itself.

    httpd follows the link until the system rejects it, and reads the files of the folder 41 times.
    With two such links httpd does not finish reading, because each doubles the folders of the
    other.
    Include rejects the configuration at the 41st link.
    """

    code = "AS014"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    kinds = frozenset({NoteKind.FOLDER_LOOP})
    message = "{text} is a symbolic link to a folder that contains it"
    help = "Remove the link."
    by_hand = (
        Check(
            "Follow the links of the folder. find reports the loop.",
            "find -L sites 2>&1 > /dev/null",
        ),
    )
    bad = (
        Example(
            "IncludeOptional sites\n",
            files={"sites/a.conf": "# nothing\n"},
            links={"sites/b": "."},
        ),
    )
    good = (Example("IncludeOptional sites\n", files={"sites/a.conf": "# nothing\n"}),)

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        yield self.finding(note_subject(note), text=note.subject)
