"""Plans the removal of comments that ignore nothing, or whose line is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.comments import without_words
from apachestaple.fix.editing.edit import Edit, Where
from apachestaple.fix.steps.plan import Plan
from apachestaple.rules.remedy import RemoveComment, RemoveIgnore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy


def plan_comments(site: Site, remedies: Sequence[Remedy], _renderer: Renderer) -> Plan:
    """Remove words from comments, and comments without words."""
    removed: dict[tuple[str, int], list[str]] = {}
    for remedy in remedies:
        if isinstance(remedy, RemoveIgnore):
            place = remedy.comment.place
            removed.setdefault((place.file, place.line), []).extend(remedy.words)
    edits = []
    for (path, line), words in removed.items():
        file = site.configuration.files[path]
        new = without_words(file.physical_line(line), words)
        lines = () if new is None else (new,)
        reason = f"{' and '.join(words)} reports nothing here, so it is not ignored"
        edits.append(Edit(file.real_path, line, Where.COMMENT, lines, reason))
    for remedy in remedies:
        if isinstance(remedy, RemoveComment):
            path = site.configuration.files[remedy.file].real_path
            edits.append(Edit(path, remedy.line, Where.COMMENT, (), remedy.reason))
    return Plan(tuple(edits))
