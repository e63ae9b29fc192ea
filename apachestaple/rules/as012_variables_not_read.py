"""AS012."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import NoteKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import Example, ReadNoteRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadNote
    from apachestaple.mod_ssl.site import Site


class VariablesNotRead(ReadNoteRule):
    """The file that sets variables for httpd could not be read.

    Distributions start httpd with variables and options from a shell file, such as Debian's
    `envvars`. It is not read where it leads out of the repository, is no regular file, or is larger
    than 256 KB. Values of `${…}` are then not known.
    """

    code = "AS012"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    kinds = frozenset({NoteKind.VARIABLES_NOT_READ})
    bad = Example(
        "Timeout 60\n", files={"envvars.d/b.env": "A=1\n"}, links={"envvars.d/a.env": "/dev/zero"}
    )
    good = Example("Timeout 60\n", files={"envvars.d/b.env": "A=1\n"})

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        """Every such file, at the first line of the main file."""
        yield self.finding(
            note.place,
            f"{note.subject} was not read: {note.reason}",
            "Replace it by a regular file below the folder that is linted.",
        )
