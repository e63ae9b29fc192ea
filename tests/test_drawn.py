"""Configurations drawn at random: silence where the real httpd staples, one word for one fault.

The same ones on every run; `make played` and `make capacity` draw others, and many more.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from apachestaple.lint.lint import LintResult, lint
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.finding import Effect, Severity
from tests.drawn import capacity, verdict
from tests.drawn.arena import Arena
from tests.drawn.faults import FAULTS, NOT_INJECTED
from tests.drawn.run import Report, run_in, with_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apachestaple.rules.finding import Finding

SEED = int(os.environ.get("SEED") or 20261)
PARTS = 4
EACH = 6


@pytest.fixture(scope="session")
def arena() -> Iterator[Arena]:
    with Arena() as ready:
        yield ready


def clean(report: Report) -> None:
    """Nothing is wrong; else it is shown with the files of each case."""
    shown = "\n".join(report.lines())
    assert not report.troubles, f"again with SEED={SEED}\n{shown}"


# The rules are no parameters: their number would be in the names of the tests.
@pytest.mark.parametrize("part", range(PARTS))
def test_a_configuration_that_works_gives_no_alarm(arena: Arena, part: int) -> None:
    names = [f"working-{part * EACH + number}" for number in range(EACH)]
    report = run_in(arena, SEED, names)
    clean(report)
    assert report.working == EACH
    assert report.hosts >= EACH


@pytest.mark.parametrize("part", range(PARTS))
def test_one_fault_is_found_and_no_other(arena: Arena, part: int) -> None:
    rules = sorted(FAULTS)[part::PARTS]
    report = run_in(arena, SEED, [f"{rule}-0" for rule in rules])
    clean(report)
    assert sorted(report.broken) == rules


def test_every_rule_has_a_fault_or_a_reason_for_none() -> None:
    # Those about answers of responders speak only where these are asked: tests/test_ask.py.
    codes = {rule.code for rule in all_rules() if not rule.needs_answers}
    assert codes == FAULTS.keys() | NOT_INJECTED.keys()
    assert not FAULTS.keys() & NOT_INJECTED.keys()


def told(
    arena: Arena,
    monkeypatch: pytest.MonkeyPatch,
    case: str,
    change: Callable[[list[Finding]], list[Finding]],
) -> list[str]:
    """What is wrong with a case where lint's findings are changed."""
    with monkeypatch.context() as patch:
        patch.setattr(
            "tests.drawn.case.lint",
            lambda sites, rules: LintResult(tuple(change(list(lint(sites, rules).findings)))),
        )
        return [trouble.what for trouble in run_in(arena, SEED, [case]).troubles]


def test_what_lint_does_wrong_is_told(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    findings: list[Finding] = []

    def remember(found: list[Finding]) -> list[Finding]:
        # A drawn one can be an information, which is never a false alarm.
        findings[:] = [finding._replace(severity=Severity.WARNING) for finding in found]
        return found

    def other_effect(found: list[Finding]) -> list[Finding]:
        return [finding._replace(effect=Effect.ABORTS_HANDSHAKES) for finding in found]

    assert told(arena, monkeypatch, "AS304-0", remember) == []
    assert told(arena, monkeypatch, "AS304-0", lambda _: []) == [verdict.MISS]
    assert told(arena, monkeypatch, "AS305-0", lambda _: findings) == [verdict.MISS]
    assert told(arena, monkeypatch, "AS305-0", lambda f: f + findings) == [verdict.FALSE_ALARM]
    assert told(arena, monkeypatch, "working-0", lambda _: findings) == [verdict.FALSE_ALARM]
    assert told(arena, monkeypatch, "AS304-0", other_effect) == [verdict.NOT_SO]


def test_what_the_generator_does_wrong_is_told(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, broken, _ = with_fault(arena, "any", "AS307")
    monkeypatch.setattr("tests.drawn.run.draw", lambda _random, _ground: broken)
    (trouble,) = run_in(arena, SEED, ["working-0"]).troubles
    assert trouble.what == verdict.NOT_WORKING
    assert "self-signed" in trouble.detail


@pytest.fixture(scope="session")
def pool() -> Iterator[capacity.Pool]:
    with capacity.Pool(60) as ready:
        yield ready


@pytest.mark.parametrize("size", [8192, 20000, 65536, 131072, 262144])
def test_the_cache_evicts_what_is_predicted(pool: capacity.Pool, size: int) -> None:
    outcome = capacity.play(pool, "fixed", size, pool.certificates[: size // 2000])
    assert outcome.agrees, str(outcome)


def test_a_wrong_prediction_is_told(pool: capacity.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity, "overfull_subcaches", lambda _layout, _responses: [])
    outcome = capacity.play(pool, "wrong", 8192, pool.certificates[:8])
    assert not outcome.agrees
    assert outcome.asked_again == {certificate.name for certificate in pool.certificates[:8]}
    assert "DIFFERENCE" in str(outcome)
