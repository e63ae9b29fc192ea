"""``responders --check --format prometheus``: metrics for the textfile collector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.prometheus import exposition, gauge, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prometheus_client import Metric

    from apachestaple.ocsp.query import Answer, Query

_LABELS = ("url", "proxy", "cn", "serial_no")


def answers_prometheus(answers: Mapping[Query, Answer]) -> str:
    """The metrics of all queries that were sent."""
    sent = [(_labels(query), answer) for query, answer in answers.items() if not answer.not_asked]

    def metric(name: str, text: str, number: Callable[[Answer], float | None]) -> Metric:
        samples = [(labels, number(answer)) for labels, answer in sent]
        return gauge(f"apachestaple_responder_{name}", text, _LABELS, samples)

    return exposition(
        [
            metric(
                "success",
                "Whether httpd can staple the response.",
                lambda answer: answer.error is None,
            ),
            metric("duration_seconds", "Duration of the query.", lambda answer: answer.seconds),
            metric(
                "next_update",
                "End of the response's validity, in seconds since 1970.",
                lambda answer: timestamp(answer.response.next_update if answer.response else None),
            ),
            metric(
                "time_seconds",
                "Time of the query, in seconds since 1970.",
                lambda answer: answer.at.timestamp(),
            ),
        ]
    )


def _labels(query: Query) -> tuple[str, ...]:
    return query.url, query.proxy or "", query.leaf.common_name, str(query.leaf.serial)
