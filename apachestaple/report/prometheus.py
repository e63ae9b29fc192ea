"""Metrics for the textfile collector of Prometheus' node exporter, by prometheus_client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from apachestaple.report.terminal import printable, without_commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from prometheus_client import Metric


def exposition(metrics: Iterable[Metric]) -> str:
    """The metrics as text."""
    registry = CollectorRegistry()
    registry.register(_Collector(metrics))
    return generate_latest(registry).decode("utf-8")


def gauge(
    name: str,
    text: str,
    labels: Sequence[str],
    samples: Iterable[tuple[Sequence[str], float | None]],
) -> GaugeMetricFamily:
    """A metric with the values that are known, and a sample for each set of labels.

    Of several samples with the same labels, the first is kept: the collector rejects the whole file
    if a sample is repeated. Commands for CI runners are escaped here, and not in the text, in which
    it would reject the escapes.
    """
    found: dict[tuple[str, ...], float] = {}
    for values, number in samples:
        if number is not None:
            shown = tuple(without_commands(printable(value)) for value in values)
            found.setdefault(shown, number)
    metric = GaugeMetricFamily(name, text, labels=labels)
    for shown, number in found.items():
        metric.add_metric(shown, number)
    return metric


def timestamp(time: datetime | None) -> float | None:
    """A time in seconds since 1970, if it is known."""
    return time.timestamp() if time else None


class _Collector(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        """All metrics, as prometheus_client asks for them."""
        yield from self._metrics
