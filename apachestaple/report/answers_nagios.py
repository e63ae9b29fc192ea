"""``responders --check --format nagios``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.probing.judging import Verdict, hours, worst
from apachestaple.report.nagios import plugin_output, value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from apachestaple.ocsp.query import Answer, Query
    from apachestaple.rules.finding import Finding

_VERDICTS = {"error": Verdict.CRITICAL, "warning": Verdict.WARNING}


def answers_verdict(
    answers: Mapping[Query, Answer], findings: Iterable[Finding], errors: Sequence[str]
) -> Verdict:
    """The worst of the findings; unknown if a responder was not queried, or a PATH not read."""
    verdicts = [_VERDICTS.get(finding.severity, Verdict.OK) for finding in findings]
    if errors or any(answer.not_asked for answer in answers.values()):
        verdicts.append(Verdict.UNKNOWN)
    return worst(verdicts)


def answers_nagios(
    answers: Mapping[Query, Answer], findings: Sequence[Finding], errors: Sequence[str]
) -> str:
    """The verdict, performance data of each query, and a line for each finding.

    ``errors`` are the reasons why PATHs could not be read.
    """
    bad = [finding for finding in findings if finding.severity in _VERDICTS]
    missing = [query for query, answer in answers.items() if answer.not_asked]
    text = f"{len(answers)} responder queries, {len(bad)} findings"
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
    return plugin_output(verdict, text, values=values, more=more)


def _values(query: Query, answer: Answer) -> Iterator[str]:
    if answer.response is None:
        return
    name = f"{query.url} {query.leaf.common_name}"
    yield value(f"{name} time", f"{answer.seconds:.3f}s")
    if answer.response.next_update is not None:
        left = hours(answer.response.next_update - answer.at)
        yield value(f"{name} hours", f"{left:.2f}", "")
