"""AS012."""

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


class VariablesNotRead(ReadNoteRule):
    """The file that sets variables for httpd could not be read.

    Distributions start httpd with variables and options from a shell file, such as Debian's
    `envvars`. It is not read if it leads out of the repository, is not a regular file, or is larger
    than 256 KB. The values of `${…}` are then unknown. A file that does not exist is not reported.

    Which file it is, and what is in it, is known from the scripts of the distributions; httpd
    itself does not read it.
    """

    code = "AS012"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    kinds = frozenset({NoteKind.VARIABLES_NOT_READ})
    message = "{text} was not read: {reason}"
    help = (
        "Replace it by a regular file in the folder that is linted, or lint the server with --root."
    )
    by_hand = (
        Check(
            "List what is not a regular file, also behind links.",
            "find -L envvars.d ! -type f ! -type d",
        ),
    )
    bad = (
        Example(
            "Timeout 60\n",
            files={"envvars.d/b.env": "A=1\n"},
            links={"envvars.d/a.env": "/dev/zero"},
        ),
    )
    good = (Example("Timeout 60\n", files={"envvars.d/b.env": "A=1\n"}),)

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        yield self.finding(note_subject(note), text=note.subject, reason=note.reason)
