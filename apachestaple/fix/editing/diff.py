"""The changes of a run as a unified diff that ``patch`` accepts."""

from __future__ import annotations

import os
import re
from bisect import bisect
from difflib import Match, SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.fix.transaction.write import NewText

_CONTEXT = 3

_ODD = re.compile(r'[\x00-\x1f\x7f"\\]')


def unified(file: NewText) -> str:
    """A unified diff, for ``patch -p0`` in the working directory or ``patch -p1`` in ``/``.

    The path is relative if the file is below the working directory, else absolute.
    """
    path = os.path.relpath(file.path)
    name = _quoted(file.path if path.startswith("..") else path)
    # Not splitlines: for patch and for httpd, a line only ends at LF.
    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text or "") for text in (file.old, file.new))
    header = ""
    if file.is_link:
        # The format of git, which patch accepts since 2.7.
        done = "new file" if file.old is None else "deleted file"
        header = f"diff --git {name} {name}\n{done} mode 120000\n"
    before, after = ("/dev/null" if text is None else name for text in (file.old, file.new))
    hunks = "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in _hunks(old, new)
    )
    return f"{header}--- {before}\n+++ {after}\n{hunks}"


def _quoted(name: str) -> str:
    """A name as patch expects it: in quotes if it has special characters, else ended by a tab."""
    if _ODD.search(name):
        return '"' + _ODD.sub(lambda odd: f"\\{ord(odd[0]):03o}", name) + '"'
    return f"{name}\t" if " " in name else name


def _hunks(old: list[str], new: list[str]) -> Iterator[str]:
    for group in _Anchored(old, new).get_grouped_opcodes(_CONTEXT):
        _, first_old, _, first_new, _ = group[0]
        _, _, last_old, _, last_new = group[-1]
        yield f"@@ -{_range(first_old, last_old)} +{_range(first_new, last_new)} @@\n"
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from (f" {line}" for line in old[old_from:old_to])
            else:
                yield from (f"-{line}" for line in old[old_from:old_to])
                yield from (f"+{line}" for line in new[new_from:new_to])


def _range(start: int, stop: int) -> str:
    return f"{start + (stop > start)},{stop - start}"


class _Anchored(SequenceMatcher[str]):
    """Compares the parts between lines that occur exactly once in both texts.

    To compare a file with ten thousand changes as a whole takes minutes.
    """

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, old, new)
        self._texts = (old, new)

    def get_matching_blocks(self) -> list[Match]:
        """The blocks that are the same in both texts, in order; adjacent blocks are joined."""
        old, new = self._texts
        blocks: list[Match] = []
        for (old_from, new_from), (old_to, new_to) in pairwise([(-1, -1), *_anchors(old, new)]):
            between = SequenceMatcher(
                None, old[old_from + 1 : old_to], new[new_from + 1 : new_to], autojunk=False
            )
            for block in between.get_matching_blocks():
                # The last block of each part is empty, and is the place of the anchor.
                size = block.size or int(old_to < len(old))
                _join(blocks, Match(old_from + 1 + block.a, new_from + 1 + block.b, size))
        return [*blocks, Match(len(old), len(new), 0)]


def _join(blocks: list[Match], block: Match) -> None:
    last = blocks[-1] if blocks else Match(0, 0, 0)
    if (last.a + last.size, last.b + last.size) == (block.a, block.b):
        blocks[-1:] = [Match(last.a, last.b, last.size + block.size)]
    elif block.size:
        blocks.append(block)


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
