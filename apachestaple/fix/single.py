"""The repair of a single finding, for reports that show it."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.fix.editing.edit import Edit, EditError, Where, edited
from apachestaple.fix.repair import planned
from apachestaple.fix.steps.steps import PLANNERS
from apachestaple.httpd.generated import generator
from apachestaple.rules.remedy import TurnStapling
from apachestaple.templating import TemplateProblemError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class Replacement(NamedTuple):
    """New lines of a file.

    Attributes:
        file: real path of the file.
        first: the number of the first line that is replaced.
        after: the number of the first line after it that stays.
        text: the new lines, with their line endings.

    """

    file: str
    first: int
    after: int
    text: str


def single_repair(finding: Finding, site: Site, renderer: Renderer) -> tuple[Replacement, ...]:
    """The lines that repair a finding.

    Nothing is returned for a repair that needs new files, or that ``fix`` would refuse.
    """
    if finding.remedy is None:
        return ()
    if isinstance(finding.remedy, TurnStapling) and not finding.rule.is_repaired_by_off:
        return ()
    texts = {file.real_path: file.text for file in site.configuration.files.values()}
    try:
        for planner in PLANNERS:
            plan = planned(planner, site, [finding.remedy], renderer)
            if any(site.configuration.paths.edit_refusal(edit.file) for edit in plan.edits):
                return ()
            if any(generator(texts.get(edit.file, "")) for edit in plan.edits):
                return ()
            if plan.edits:
                return tuple(_replacements(plan.edits, texts))
    except (EditError, TemplateProblemError):
        pass
    return ()


def replacements(path: str, old: str, new: str) -> Iterator[Replacement]:
    """The lines of a file that differ between two texts of it."""
    before, after = _lines(old), _lines(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            yield Replacement(path, start + 1, end + 1, "".join(after[new_start:new_end]))


def _replacements(edits: Sequence[Edit], texts: Mapping[str, str]) -> Iterator[Replacement]:
    if any(edit.where in (Where.FILE, Where.LINK, Where.GONE) for edit in edits):
        return
    by_file: dict[str, list[Edit]] = {}
    for edit in dict.fromkeys(edits):
        by_file.setdefault(edit.file, []).append(edit)
    for path, own in by_file.items():
        yield from replacements(path, texts[path], edited(texts[path], own))


def _lines(text: str) -> list[str]:
    """The lines of a text with their endings; other characters than LF end no line in httpd."""
    lines = text.split("\n")
    return [*(f"{line}\n" for line in lines[:-1]), *filter(None, lines[-1:])]
