"""``responders --check --format prometheus``: metrics for the textfile collector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest

from apachestaple.report.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from prometheus_client import Metric

    from apachestaple.ocsp.query import Answer, Query


def answers_prometheus(answers: Mapping[Query, Answer]) -> str:
    """The metrics of all queries that were sent."""
    registry = CollectorRegistry()
    registry.register(_Collector(answers))
    return generate_latest(registry).decode("utf-8")


class _Collector:
    def __init__(self, answers: Mapping[Query, Answer]) -> None:
        self._answers = answers

    def collect(self) -> Iterator[Metric]:
        """All metrics, as prometheus_client asks for them."""
        yield self._gauge(
            "apachestaple_responder_success",
            "Whether httpd can staple the response.",
            lambda answer: answer.error is None,
        )
        yield self._gauge(
            "apachestaple_responder_duration_seconds",
            "Duration of the query.",
            lambda answer: answer.seconds,
        )
        yield self._gauge(
            "apachestaple_responder_next_update",
            "End of the response's validity, in seconds since 1970.",
            _next_update,
        )
        yield self._gauge(
            "apachestaple_responder_time_seconds",
            "Time of the query, in seconds since 1970.",
            lambda answer: answer.at.timestamp(),
        )

    def _gauge(
        self, name: str, text: str, number: Callable[[Answer], float | None]
    ) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(name, text, labels=["url", "proxy", "cn", "serial_no"])
        for query, answer in self._answers.items():
            found = None if answer.not_asked else number(answer)
            if found is not None:
                labels = (query.url, query.proxy or "", query.leaf.common_name)
                gauge.add_metric([*map(printable, labels), str(query.leaf.serial)], found)
        return gauge


def _next_update(answer: Answer) -> float | None:
    end = answer.response.next_update if answer.response else None
    return end.timestamp() if end else None
