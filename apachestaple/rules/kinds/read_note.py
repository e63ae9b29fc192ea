"""Rules about probable mistakes that httpd silently accepts while it reads."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from apachestaple.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from apachestaple.httpd.configuration import NoteKind, ReadNote
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class ReadNoteRule(Rule, is_kind=True):
    """A rule about notes of the reader of its ``kinds``."""

    kinds: ClassVar[frozenset[NoteKind]]

    @classmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        for rule in rules:
            for note in site.configuration.notes:
                if note.kind in rule.kinds:
                    yield from rule.check(note, site)

    @abstractmethod
    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        """Findings about one note."""
