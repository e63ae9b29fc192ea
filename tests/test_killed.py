"""A fix that is killed leaves all as it was, all repaired, or a journal with which that is made.

A few positions; `make killed` has them all.
"""

from __future__ import annotations

import pytest

from tests.killed.run import Killer, renames_in_tree, stage_writes


@pytest.fixture(scope="module")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Killer:
    return Killer(tmp_path_factory.mktemp("killed"))


def test_a_fix_that_is_killed_or_finds_the_disk_full_leaves_nothing_in_between(
    killer: Killer,
) -> None:
    found = killer.positions("old")
    assert len(found) > 80, "the calls that write are seen"
    second, done = renames_in_tree(found)[1], stage_writes(found)[-1]
    report = killer.fix([second, done].__contains__)
    assert (report.positions, report.mixtures, report.journals) == (2, 1, 2)

    text = next(each for each in found if each.call == "write" and "windows" in each.shown)
    report = killer.failure("ENOSPC", [text].__contains__)
    assert (report.positions, report.untouched, report.journals) == (1, 1, 0)


def test_an_undo_or_a_recovery_that_is_killed_can_be_recovered_from(killer: Killer) -> None:
    found = killer.positions("new", "--undo")
    half = renames_in_tree(found)[2]
    removing = next(each for each in found if each.call == "unlinkat")
    report = killer.undo([half, removing].__contains__)
    assert (report.mixtures, report.untouched, report.journals) == (1, 1, 2)

    half = renames_in_tree(killer.positions("old"))[2]
    report = killer.recovery(half, lambda each: each in renames_in_tree([each]))
    assert report.positions == report.mixtures == 2, "of two files that are put back"
