"""The new texts of the files, which are not written yet."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from apachestaple.certificates.pem import CertificateReader
from apachestaple.fix.editing.edit import Edit, Where, edited, refusal
from apachestaple.fix.transaction.write import NewText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


@dataclass
class Work:
    """The new texts of the files, and the changes, refusals and repaired findings."""

    new: dict[str, str] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)
    # New files and links (with the real path of each), the targets of links, and removed files.
    made: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    changes: list[str] = field(default_factory=list)
    refused: dict[str, None] = field(default_factory=dict)
    repaired: list[Finding] = field(default_factory=list)
    certificates: CertificateReader = field(default_factory=CertificateReader)
    # Why a file may not be edited, by its real path; ``None`` if it may.
    may_not_edit: Callable[[str], str | None] = lambda _: None
    # The real paths of the only files that may be edited, if there are any, and why the others not.
    focus: frozenset[str] = frozenset()
    not_in_focus: str = ""
    # Files whose text cannot be edited, with the reasons.
    uneditable: dict[str, str] = field(default_factory=dict)
    _texts: int = 0

    def replace_texts(self, texts: Mapping[str, str]) -> None:
        """Take these texts for those of files, by real path."""
        self.new.update(texts)
        self.old.update(texts)
        self.made.update({path: path for path in texts if not os.path.lexists(path)})

    def edit_refusal(self, path: str) -> str | None:
        """Why a file is not edited, by its real path; ``None`` if it can be."""
        if self.focus and path not in self.focus:
            return self.not_in_focus
        return self.uneditable.get(path) or self.may_not_edit(path)

    def possible(self, edits: Iterable[Edit]) -> tuple[tuple[Edit, ...], list[str]]:
        """The edits of files that can be edited, and the refusals of the others."""
        kept: list[Edit] = []
        refused: list[str] = []
        for edit in edits:
            why = self.edit_refusal(edit.file)
            if why is None:
                kept.append(edit)
            else:
                refused.append(refusal(edit, why))
        return tuple(kept), refused

    def files(self) -> list[NewText]:
        """The files to write."""
        texts = [
            NewText(path, self.old.get(path), None if path in self.gone else text)
            for path, text in self.new.items()
            if text != self.old.get(path) or path in self.gone
        ]
        made = [NewText(path, None, target, is_link=True) for path, target in self.links.items()]
        taken = [
            NewText(path, os.readlink(path), None, is_link=True)
            for path in self.gone
            if os.path.islink(path)
        ]
        return [*texts, *made, *taken]

    def make(self, edits: Sequence[Edit], site: Site) -> None:
        """Apply edits to the files of a site, all or none.

        Raises:
            EditError: a file cannot be edited.

        """
        texts = {file.real_path: file.text for file in site.configuration.files.values()}
        once = _once(edits)
        by_file: dict[str, list[Edit]] = {}
        for edit in once:
            if edit.where not in _WHOLE_FILES:
                by_file.setdefault(edit.file, []).append(edit)
        new = {path: edited(texts[path], its_edits) for path, its_edits in by_file.items()}
        for path, text in new.items():
            if path not in self.made:
                self.old.setdefault(path, texts[path])
            self._set(path, text)
        for edit in once:
            self.changes.append(f"{edit.file}: {edit.reason}")
            self._make_file(edit, texts)

    def _make_file(self, edit: Edit, texts: Mapping[str, str]) -> None:
        """Create or remove a file or a link."""
        if edit.where is Where.FILE:
            self._set(edit.file, "".join(f"{line}\n" for line in edit.lines))
            self.made[edit.file] = edit.file
        elif edit.where is Where.LINK:
            (target,) = edit.lines
            self.links[edit.file] = target
            target = os.path.join(os.path.dirname(edit.file), target)
            self.made[edit.file] = os.path.realpath(target)
        elif edit.where is Where.GONE:
            self.gone.add(edit.file)
            if edit.file in texts:
                self.old.setdefault(edit.file, texts[edit.file])
                self._set(edit.file, "")

    def _set(self, path: str, text: str) -> None:
        # The hash of a set of texts is the sum of their hashes, as a repository has many texts.
        self._texts += hash((path, text))
        if path in self.new:
            self._texts -= hash((path, self.new[path]))
        self.new[path] = text

    def state(self) -> int:
        """A hash of all texts, links and removed files; no link or removal is taken back."""
        return hash((self._texts, len(self.links), len(self.gone)))


_WHOLE_FILES = (Where.FILE, Where.LINK, Where.GONE)


def _once(edits: Sequence[Edit]) -> list[Edit]:
    """Each edit once. A line that is included or used twice has two directives in effect."""
    replaced = {(edit.file, edit.line) for edit in edits if edit.where is Where.REPLACE}
    first: dict[tuple[str, int, Where], Edit] = {}
    for edit in edits:
        if edit.where is not Where.REMOVE or (edit.file, edit.line) not in replaced:
            # Several additions at one place are different lines.
            where = (edit.file, edit.line, edit.where)
            known = first.get(where)
            if known is None:
                first[where] = edit
            elif edit.where not in (Where.REPLACE, Where.REMOVE) and edit.lines != known.lines:
                first[where] = replace(known, lines=(*known.lines, *edit.lines))
    return list(first.values())
