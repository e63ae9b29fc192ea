"""A diagnosis: rule, problem, outcome and repair, and the two texts that are made of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apachestaple.log.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The meaning of a message in a log.

    Attributes:
        problem: what happened; a format string with the names of ``facts``.
        outcome: the consequence, or ``None`` if ``problem`` contains it.
        repair: what to do, also a format string; ``None`` if nothing is wrong.
        rules: codes of rules that predict it, the most likely first.
        rule: code of the rule, or ``None`` if only the configuration shows it.
        explanation: why it happened, if this is known; a format string.
        facts: values in the message, and other known values, by name.

    """

    problem: str
    outcome: Outcome | None = None
    repair: str | None = None
    rules: tuple[str, ...] = ()
    rule: str | None = None
    explanation: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Variant:
    """Parts of a diagnosis that are replaced if more is known; ``None`` keeps a part."""

    rules: tuple[str, ...] | None = None
    problem: str | None = None
    outcome: Outcome | None = None
    explanation: str | None = None
    repair: str | None = None

    def of(self, diagnosis: Diagnosis, **facts: str) -> Diagnosis:
        """The diagnosis with these parts replaced."""
        rules = diagnosis.rules if self.rules is None else self.rules
        return replace(
            diagnosis,
            problem=self.problem or diagnosis.problem,
            outcome=self.outcome or diagnosis.outcome,
            repair=self.repair or diagnosis.repair,
            rules=rules,
            rule=rules[0] if rules else None,
            explanation=self.explanation or diagnosis.explanation,
            facts={**diagnosis.facts, **facts},
        )


def meaning(diagnosis: Diagnosis) -> str:
    """What happened and its consequence, in one sentence without full stop."""
    facts = _Facts(diagnosis.facts)
    parts = [diagnosis.problem.format_map(facts)]
    reason = facts.get("library_error") or facts.get("reason")
    if reason:
        parts[0] += f" ({reason[:1].lower()}{reason[1:]})"
    if diagnosis.explanation:
        parts.append(diagnosis.explanation.format_map(facts))
    if diagnosis.outcome:
        parts.append(diagnosis.outcome.value)
    return "; ".join(parts)


def repair(diagnosis: Diagnosis) -> str | None:
    """What to do, in whole sentences; ``None`` if nothing is wrong."""
    return diagnosis.repair and diagnosis.repair.format_map(_Facts(diagnosis.facts))


class _Facts(dict[str, str]):
    """The facts; an ellipsis stands for facts that are missing because the line is cut off."""

    def __missing__(self, name: str) -> str:
        return "…"
