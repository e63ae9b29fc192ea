"""AS010."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import NoteKind
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import Example, ReadNoteRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import ReadNote
    from apachestaple.mod_ssl.site import Site


class IncludeElsewhere(ReadNoteRule):
    """An Include names a folder of the server that is not on this machine.

    In a repository of configurations that is no fault: what a program of the server keeps there,
    such as `/etc/letsencrypt/options-ssl-apache.conf`, is not part of it. What it says is unknown.
    """

    code = "AS010"
    severity = Severity.INFO
    effect = Effect.ADVICE
    kinds = frozenset({NoteKind.INCLUDE_ELSEWHERE})
    bad = Example("Include /srv/elsewhere/options.conf\n")
    good = Example("IncludeOptional /srv/elsewhere/options.conf\n")

    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        """Every such Include."""
        yield self.finding(
            note.place,
            f"{note.subject}: not on this machine, so not read",
            "Say where it is with --root DIR or --map FROM=TO.",
        )
