"""A diagnosis: which rule, what happened, what comes of it, and what to do; and its two texts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apachestaple.log.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a line of a log means.

    Attributes:
        problem: what happened; a format string whose names are those of ``facts``.
        outcome: what comes of it, or ``None`` where ``problem`` says all.
        repair: what to do, a format string as well; ``None`` where nothing is wrong.
        rules: codes of the rules that predict it, the likeliest first.
        rule: code of the one that it is, or ``None`` where only the configuration tells.
        explanation: why it happened, where more is known than the message; a format string.
        facts: what httpd has put into the message, and what else is known, by name.

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
    """What is different where more is known than the message says; ``None``: as it was."""

    rules: tuple[str, ...] | None = None
    problem: str | None = None
    outcome: Outcome | None = None
    explanation: str | None = None
    repair: str | None = None

    def of(self, diagnosis: Diagnosis, **facts: str) -> Diagnosis:
        """The diagnosis, with what is different."""
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
    """What happened and what comes of it, in one sentence without a full stop."""
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
    """What to do, in whole sentences; ``None`` where nothing is wrong."""
    return diagnosis.repair and diagnosis.repair.format_map(_Facts(diagnosis.facts))


class _Facts(dict[str, str]):
    """What the line does not have, because its end is cut off, is an ellipsis."""

    def __missing__(self, name: str) -> str:
        return "…"
