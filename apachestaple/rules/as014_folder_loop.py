"""AS014."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import NoteKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import Example, ReadNoteRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadNote
    from apachestaple.mod_ssl.site import Site


class FolderLoop(ReadNoteRule):
    """A folder that IncludeOptional names contains a link to itself.

    httpd follows the link until the system refuses it, and reads the files of the folder 40 times.
    With two such links it does not come to an end: each doubles the folders of the other. Include
    rejects the configuration at the 40th link.
    """

    code = "AS014"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    kinds = frozenset({NoteKind.FOLDER_LOOP})
    bad = Example(
        "IncludeOptional sites\n", files={"sites/a.conf": "# nothing\n"}, links={"sites/b": "."}
    )
    good = Example("IncludeOptional sites\n", files={"sites/a.conf": "# nothing\n"})

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        """Every such link, at the directive that names its folder."""
        yield self.finding(
            note.place, f"{note.subject} is a link to a folder above it", "Remove the link."
        )
