"""Leaves out findings by the paths of their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.filesystem.globs import match_any
from apachestaple.rules.catalogue import matching_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apachestaple.filesystem.globs import PathPattern
    from apachestaple.rules.finding import Finding


class Kept(NamedTuple):
    """The findings that are kept, and the number of those that are ignored in their files."""

    findings: tuple[Finding, ...]
    ignored: int


def without_paths(
    findings: Iterable[Finding],
    exclude: Sequence[PathPattern],
    ignores: Sequence[tuple[PathPattern, tuple[str, ...]]],
) -> Kept:
    """Leave out the findings in excluded files, and those of rules that are ignored in a file.

    Raises:
        UnknownRuleError: there is no such rule.

    """
    codes = [(pattern, matching_codes(words)) for pattern, words in ignores]
    kept: list[Finding] = []
    ignored = 0
    known: dict[str, tuple[bool, set[str]]] = {}
    for finding in findings:
        path = finding.place.file
        if path not in known:
            here = (own for pattern, own in codes if match_any([pattern], path))
            known[path] = match_any(exclude, path), set().union(*here)
        is_excluded, ignored_here = known[path]
        if is_excluded:
            continue
        if finding.code in ignored_here:
            ignored += 1
        else:
            kept.append(finding)
    return Kept(tuple(kept), ignored)
