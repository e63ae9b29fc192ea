"""make mutants: which tests are tried with a changed line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.mutants.places import importers, read_source
from tests.mutants.reach import Reach, Record, in_order, within

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """\
import os

LIMIT = 3


def short(words, most=LIMIT):
    if (
        len(words)
        > most
    ):
        return words[
            :most
        ]
    for word in words:
        print(word)
    return words
"""


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [(3, 3, 3), (8, 7, 10), (11, 11, 13), (12, 11, 13), (14, 14, 14), (15, 15, 15), (16, 16, 16)],
)
def test_a_statement_has_all_its_lines_and_not_those_of_its_body(
    line: int, first: int, last: int
) -> None:
    lines = read_source(SOURCE).statement(line)
    assert (lines[0], lines[-1]) == (first, last)


def test_defaults_and_constants_are_executed_by_an_import() -> None:
    assert read_source(SOURCE).functions == frozenset(range(7, 17))


def test_who_imports_a_module(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "a.py").write_text("")
    (package / "b.py").write_text("from package.a import x\n")
    (package / "c.py").write_text("def f():\n    import package.a\n")
    assert importers(tmp_path, "package")["package/a.py"] == {"package/b.py", "package/c.py"}


def test_fast_tests_are_tried_first_and_those_of_a_file_together() -> None:
    seconds = {"a::1": 0.01, "b::2": 3.0, "a::3": 0.015, "c::4": 0.012, "b::5": 0.3, "a::6": 0.4}
    assert in_order(seconds) == ["c::4", "a::1", "a::3", "b::5", "a::6", "b::2"]


@dataclass(frozen=True)
class Changed:
    """What `Reach` has to know of a mutant."""

    path: str
    line: int
    end_line: int


def test_the_tests_that_reach_a_line(tmp_path: Path) -> None:
    package = tmp_path / "apachestaple"
    package.mkdir()
    (package / "limits.py").write_text(SOURCE)
    (package / "user.py").write_text("from apachestaple.limits import LIMIT\n\ndef f():\n    1\n")
    (package / "other.py").write_text("def f():\n    1\n")
    seconds = dict.fromkeys(("t::short", "t::long", "t::bad", "u::user", "u::setup", "v::v"), 0.01)
    lines = {
        "apachestaple/limits.py": {
            3: ["", "v::v (call)"],
            7: ["t::short (call)", "t::long (call)", "t::bad (call)"],
            11: ["t::long (call)"],
            14: ["u::setup (setup)"],
        },
        "apachestaple/user.py": {4: ["u::user (call)"]},
        "apachestaple/other.py": {2: ["v::v (call)"]},
    }
    reach = Reach(tmp_path, Record(seconds, frozenset({"t::bad"}), lines))

    def tests(line: int) -> set[str]:
        return set(reach.tests(Changed("apachestaple/limits.py", line, line)))

    assert tests(8) == {"t::short", "t::long"}, "not one that fails without a mutant"
    assert tests(12) == {"t::long"}
    assert tests(14) == {"u::user", "u::setup"}, "what is set up for one test may be for others"
    assert tests(16) == set()
    everything = {"t::short", "t::long", "u::user", "u::setup"}
    assert tests(3) == everything, "all that call a function of the module, or of one that uses it"


def test_tests_that_execute_most_of_the_module_are_tried_too(tmp_path: Path) -> None:
    package = tmp_path / "apachestaple"
    package.mkdir()
    (package / "limits.py").write_text(SOURCE)
    seconds = {"a::fast": 0.1, "a::second": 0.2, "z::close": 4.0, "c::far": 3.0, "d::far": 3.5}
    lines = {
        7: [f"{test} (call)" for test in seconds],
        11: ["z::close (call)"],
        14: ["z::close (call)", "d::far (call)"],
    }
    reach = Reach(tmp_path, Record(seconds, frozenset(), {"apachestaple/limits.py": lines}))
    mutant = Changed("apachestaple/limits.py", 8, 8)
    assert list(reach.chosen(mutant, 8)) == ["a::fast", "a::second", "c::far", "z::close"]
    assert list(reach.chosen(mutant, 0.2)) == ["a::fast", "z::close"]


def test_a_mutant_is_tried_with_the_first_tests_only() -> None:
    seconds = {"a": 1.0, "b": 2.0, "c": 3.0}
    assert list(within(3.5, seconds)) == ["a", "b"]
    assert list(within(0.5, seconds)) == ["a"], "one at least"
    assert within(3.5, {}) == {}
