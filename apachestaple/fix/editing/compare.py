"""The lines that differ between two texts, in linear time for the texts that fix writes.

`difflib` takes minutes for a file of a thousand equal hosts, because each line is found a thousand
times in the other text.
"""

from __future__ import annotations

from bisect import bisect
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# The number of pairs of lines up to which parts are compared by difflib, which finds few changes.
_MOST_PAIRS = 1024
# In larger parts, a change ends where this number of lines is equal, and the number of lines that
# are searched for such a place.
_EQUAL = 3
_FARTHEST = 60


class Change(NamedTuple):
    """Lines of the old text that are replaced by lines of the new one; counted from 0.

    ``old_to`` and ``new_to`` are exclusive; one of the two ranges may be empty.
    """

    old_from: int
    old_to: int
    new_from: int
    new_to: int


def changed_lines(old: Sequence[str], new: Sequence[str]) -> list[Change]:
    """The changes that make ``new`` of ``old``, in order; between two of them is an equal line."""
    return list(_changes(old, new, Change(0, len(old), 0, len(new))))


def _changes(old: Sequence[str], new: Sequence[str], part: Change) -> Iterator[Change]:
    """The changes in a part: between the lines that occur once in both texts."""
    part = _without_equal_ends(old, new, part)
    if part.old_from == part.old_to or part.new_from == part.new_to:
        if part.old_from < part.old_to or part.new_from < part.new_to:
            yield part
        return
    anchors = _anchors(old[part.old_from : part.old_to], new[part.new_from : part.new_to])
    for (old_from, new_from), (old_to, new_to) in pairwise([(-1, -1), *anchors]):
        between = Change(
            part.old_from + old_from + 1,
            part.old_from + old_to,
            part.new_from + new_from + 1,
            part.new_from + new_to,
        )
        between = _without_equal_ends(old, new, between)
        pairs = (between.old_to - between.old_from) * (between.new_to - between.new_from)
        if pairs > _MOST_PAIRS:
            yield from _nearby(old, new, between)
        elif pairs:
            yield from _fewest(old, new, between)
        elif between.old_from < between.old_to or between.new_from < between.new_to:
            yield between


def _without_equal_ends(old: Sequence[str], new: Sequence[str], part: Change) -> Change:
    """A part without the equal lines at its beginning and at its end."""
    old_from, old_to, new_from, new_to = part
    while old_from < old_to and new_from < new_to and old[old_from] == new[new_from]:
        old_from, new_from = old_from + 1, new_from + 1
    while old_from < old_to and new_from < new_to and old[old_to - 1] == new[new_to - 1]:
        old_to, new_to = old_to - 1, new_to - 1
    return Change(old_from, old_to, new_from, new_to)


def _fewest(old: Sequence[str], new: Sequence[str], part: Change) -> Iterator[Change]:
    lines = old[part.old_from : part.old_to], new[part.new_from : part.new_to]
    matcher = SequenceMatcher(None, *lines, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag != "equal":
            yield Change(
                part.old_from + old_from,
                part.old_from + old_to,
                part.new_from + new_from,
                part.new_from + new_to,
            )


def _nearby(old: Sequence[str], new: Sequence[str], part: Change) -> Iterator[Change]:
    """The changes in a large part: each ends where the next few lines are equal again."""
    at, there = part.old_from, part.new_from
    while at < part.old_to and there < part.new_to:
        if old[at] == new[there]:
            at, there = at + 1, there + 1
            continue
        found = _next_equal(old, new, Change(at, part.old_to, there, part.new_to))
        yield Change(at, found[0], there, found[1])
        at, there = found
    if at < part.old_to or there < part.new_to:
        yield Change(at, part.old_to, there, part.new_to)


def _next_equal(old: Sequence[str], new: Sequence[str], part: Change) -> tuple[int, int]:
    """The nearest lines from which the texts are equal; the end of the part if there are none."""
    for skipped in range(1, _FARTHEST):
        for of_old in range(skipped + 1):
            at, there = part.old_from + of_old, part.new_from + skipped - of_old
            if at < part.old_to and there < part.new_to and old[at] == new[there]:
                ends = min(at + _EQUAL, part.old_to), min(there + _EQUAL, part.new_to)
                if old[at : ends[0]] == new[there : ends[1]]:
                    return at, there
    return part.old_to, part.new_to


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Positions of lines that occur once in both texts, in the same order; then both lengths."""
    once = _standing_once(old)
    places = sorted((once[line], at) for line, at in _standing_once(new).items() if line in once)
    # The longest increasing subsequence, by patience sorting.
    tops: list[int] = []
    piles: list[int] = []
    before: list[int | None] = []
    for index, (_, at) in enumerate(places):
        pile = bisect(tops, at)
        tops[pile : pile + 1] = [at]
        before.append(piles[pile - 1] if pile else None)
        piles[pile : pile + 1] = [index]
    found: list[tuple[int, int]] = []
    link = piles[-1] if piles else None
    while link is not None:
        found.append(places[link])
        link = before[link]
    return [*reversed(found), (len(old), len(new))]


def _standing_once(lines: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for at, line in enumerate(lines):
        places[line] = -1 if line in places else at
    return {line: at for line, at in places.items() if at >= 0}
