"""Configurations that nobody thought of, read by the real httpd and by us.

The same ones on every run; `make differential` draws others, and many more.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from apachestaple.httpd.dump import dump_text
from tests.differential.compare import MAIN, PREAMBLE, Arena, case, physical_place
from tests.differential.run import run, shrunk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.httpd.configuration import Directive

EACH = 75
SEED = int(os.environ.get("SEED") or 20260)


# The seed is no parameter: the workers of pytest-xdist have to agree on the names of the tests.
@pytest.mark.parametrize("part", range(4))
def test_generated_configurations_are_read_as_httpd_reads_them(
    tmp_path_factory: pytest.TempPathFactory, part: int
) -> None:
    report = run(EACH, SEED + part * 10**6, str(tmp_path_factory.getbasetemp()))
    shown = "\n".join(report.lines())
    assert not report.differences, f"again with SEED={SEED}\n{shown}"
    # The comparison is worth something only if most of the cases get through.
    assert report.kinds["accepted"] > EACH // 4, shown
    assert report.kinds["rejected"] > EACH // 10, shown
    assert report.kinds["discarded"] < EACH // 4, shown


def test_a_difference_is_found_and_made_smaller(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    arena = Arena(str(tmp_path_factory.mktemp("arena")))
    wrong = case(
        "UnsetEnv a\n<Files b>\n# note\nUnsetEnv b\n</Files>\nInclude a.conf\n",
        {"a.conf": "UnsetEnv c\nUnsetEnv x y\n", "b.conf": "UnsetEnv d\n"},
    )
    assert arena.verdict(wrong).kind == "accepted"
    monkeypatch.setattr("tests.differential.compare.dump_text", _without_y)
    verdict = arena.verdict(wrong)
    assert verdict.kind == "dump"
    smallest, _ = shrunk(arena, wrong, verdict)
    assert set(smallest.files) == {MAIN, "a.conf"}
    assert len(smallest.files["a.conf"]) <= len("UnsetEnv y")
    assert smallest.files[MAIN].startswith(PREAMBLE + "Include")


def _without_y(directives: Sequence[Directive]) -> Iterator[str]:
    """The dump of a reader that does not see an argument ``y``."""
    return (line.replace(" y", " ") for line in dump_text(directives))


def test_a_line_of_a_macro_is_found_in_its_file() -> None:
    texts = {"/f": "\n<Macro A>\n# note\nUnset\\\nEnv a\n\nNonsense\n</Macro>\nUse A\n"}
    name = 'macro \'a\' (defined on line 2 of "/f") used on line 9 of "/f"'
    assert physical_place(texts, name, 1) == ("/f", 5)
    assert physical_place(texts, name, 3) == ("/f", 7)
    assert physical_place(texts, "/f", 9) == ("/f", 9)


def test_a_line_of_a_macro_in_a_macro_is_found_in_its_file() -> None:
    texts = {"/f": "<Macro A>\n<Macro B>\n# note\nNonsense\n</Macro>\n</Macro>\nUse A\nUse B\n"}
    outer = 'macro \'a\' (defined on line 1 of "/f") used on line 7 of "/f"'
    inner = f'macro \'b\' (defined on line 1 of "{outer}") used on line 8 of "/f"'
    assert physical_place(texts, inner, 1) == ("/f", 4)
