"""``responders --check --format nagios``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.probing.judging import Verdict, hours, worst
from apachestaple.report.nagios import count, plugin_output, value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from apachestaple.ocsp.query import Answer, Query
    from apachestaple.rules.finding import Finding

_VERDICTS = {"error": Verdict.CRITICAL, "warning": Verdict.WARNING}


def answers_verdict(
    answers: Mapping[Query, Answer], findings: Iterable[Finding], errors: Sequence[str]
) -> Verdict:
    """The worst of the findings; unknown if a responder, or none at all, was not queried."""
    verdicts = [_VERDICTS.get(finding.severity, Verdict.OK) for finding in findings]
    if errors or not answers or any(answer.not_asked for answer in answers.values()):
        verdicts.append(Verdict.UNKNOWN)
    return worst(verdicts)


def answers_nagios(
    answers: Mapping[Query, Answer], findings: Sequence[Finding], errors: Sequence[str]
) -> str:
    """The verdict, a line for each finding, and performance data of each query.

    ``errors`` are the reasons why a PATH was not read or a responder not queried.
    """
    bad = [finding for finding in findings if finding.severity in _VERDICTS]
    missing = [query for query, answer in answers.items() if answer.not_asked]
    text = "no responder was queried"
    if answers:
        asked = count(len(answers), "responder query", "responder queries")
        text = f"{asked}, {count(len(bad), 'finding', 'findings')}"
    if missing:
        text += f", {len(missing)} not sent"
    more = [
        f"{_VERDICTS[finding.severity].name}: {finding.code} {finding.message}" for finding in bad
    ]
    more += [
        f"UNKNOWN: {query.url} was not queried: {answers[query].not_asked}" for query in missing
    ]
    more += [f"UNKNOWN: {error}" for error in errors]
    values = [one for pair in answers.items() for one in _values(*pair)]
    verdict = answers_verdict(answers, findings, errors)
    if len(answers) <= 1:
        return plugin_output(verdict, text, values=values, more=more)
    usable = sum(answer.error is None for answer in answers.values())
    more.append(f"{usable} of {len(answers)} responses can be stapled")
    return plugin_output(
        verdict, text, values=_totals(answers, len(bad)), more=more, more_values=values
    )


def _totals(answers: Mapping[Query, Answer], bad: int) -> Iterator[str]:
    """The numbers of queries and findings, and the response that expires first."""
    yield value("queries", f"{len(answers)}")
    yield value("findings", f"{bad}")
    left = [end for answer in answers.values() if (end := _left(answer)) is not None]
    if left:
        yield value("hours", f"{min(left):.2f}", "")


def _values(query: Query, answer: Answer) -> Iterator[str]:
    if answer.response is None:
        return
    name = f"{query.url} {query.leaf.common_name}"
    yield value(f"{name} time", f"{answer.seconds:.3f}s")
    left = _left(answer)
    if left is not None:
        yield value(f"{name} hours", f"{left:.2f}", "")


def _left(answer: Answer) -> float | None:
    """Hours until the response expires; ``None`` without a time."""
    end = answer.response.next_update if answer.response else None
    return hours(end - answer.at) if end else None
