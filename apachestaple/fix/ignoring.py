"""Adds comments that ignore findings, for ``lint --add-ignore``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.fix.editing.comments import can_take_comment, with_ignores
from apachestaple.fix.editing.editable import InsideOnly
from apachestaple.fix.transaction.state import only_one_fix
from apachestaple.fix.transaction.write import NewText, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class Ignoring(NamedTuple):
    """Comments that ignore findings.

    Attributes:
        files: the new texts of the files.
        comments: the number of comments that are added or extended.
        refused: why findings cannot be ignored by a comment.

    """

    files: tuple[NewText, ...]
    comments: int
    refused: tuple[str, ...]


def ignoring(findings: Iterable[Finding], sites: Sequence[Site], reason: str) -> Ignoring:
    """Plan a comment for each line with findings, which must not be joined."""
    sources = {path: file for site in sites for path, file in site.configuration.files.items()}
    refusal = InsideOnly(site.configuration for site in sites)
    ignored: dict[str, dict[int, set[str]]] = {}
    texts: dict[str, str] = {}
    refused: dict[str, None] = {}
    for finding in findings:
        place = finding.place
        source = sources.get(place.file)
        if source is None or not can_take_comment(source.text.split("\n"), place.line):
            refused[f"{place.file}:{place.line}: no comment can ignore {finding.code} here"] = None
        elif (why := refusal(source.real_path)) is not None:
            refused[f"{place.file} {why}"] = None
        else:
            texts[source.real_path] = source.text
            lines = ignored.setdefault(source.real_path, {})
            lines.setdefault(place.line, set()).add(finding.code)
    files = tuple(
        NewText(path, texts[path], with_ignores(texts[path], lines, reason))
        for path, lines in ignored.items()
    )
    return Ignoring(files, sum(map(len, ignored.values())), tuple(refused))


def write_ignores(made: Ignoring, sites: Sequence[Site]) -> str | None:
    """Write the files, all or none; returns the folder of the backup.

    Raises:
        WriteError: nothing was changed.

    """
    main_files = [site.configuration.main_file for site in sites]
    with only_one_fix(), written(made.files, main_files, kept=True) as backup:
        return backup
