"""The explanation of one problem in a log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from apachestaple.log import variants
from apachestaple.log.cause import NOT_PREPARED
from apachestaple.log.diagnosis import meaning, repair

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Place
    from apachestaple.log.diagnosis import Diagnosis

# By default, httpd uses a responder's error for SSLStaplingStandardCacheTimeout, which is an hour,
# before it queries the responder again. Few servers have more certificates than this.
_MANY_CERTIFICATES = 20


@dataclass(frozen=True)
class Explanation:
    """Equal messages of a log about the same host and certificate.

    Attributes:
        log_id: AH number; that of the first message if others followed. ``None`` for messages of
            mod_md without number.
        diagnosis: their meaning.
        host, certificate: the affected host and certificate, if the log has them.
        count: number of occurrences.
        first, last: times in ISO 8601, with a zone if the log has one; ``None`` without times.
        followed_by: AH numbers of messages that followed.
        place: the place of the cause in the configuration, if it is known.

    """

    log_id: str | None
    diagnosis: Diagnosis
    host: str | None
    certificate: str | None
    count: int
    first: str | None
    last: str | None
    followed_by: tuple[str, ...] = ()
    place: Place | None = None

    @property
    def is_problem(self) -> bool:
        return self.diagnosis.repair is not None

    @property
    def rule(self) -> str | None:
        return self.diagnosis.rule

    @property
    def meaning(self) -> str:
        return meaning(self.diagnosis)

    @property
    def repair(self) -> str | None:
        return repair(self.diagnosis)


def with_frequency(explanation: Explanation) -> Explanation:
    """AS502, if a responder fails more often than httpd queries it by default."""
    diagnosis = explanation.diagnosis
    if diagnosis.rule != "AS503" or "AS502" not in diagnosis.rules:
        return explanation
    hours = _hours(explanation.first, explanation.last)
    if explanation.count <= _MANY_CERTIFICATES * (1 + hours):
        return explanation
    diagnosis = replace(variants.ASKED_EACH_TIME.of(diagnosis), rule="AS502")
    return replace(explanation, diagnosis=diagnosis)


def with_start(explanations: list[Explanation]) -> list[Explanation]:
    """AH01926 with the rule of the problem at httpd's start, if the log has exactly one."""
    rules = {e.rule for e in explanations if e.log_id in NOT_PREPARED}
    if len(rules) != 1:
        return explanations
    (rule,) = rules
    return [
        replace(e, diagnosis=replace(e.diagnosis, rule=rule)) if e.log_id == "AH01926" else e
        for e in explanations
    ]


def _hours(first: str | None, last: str | None) -> float:
    if first is None or last is None:
        return float("inf")
    try:
        return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds() / 3600
    except (ValueError, TypeError):
        return float("inf")
