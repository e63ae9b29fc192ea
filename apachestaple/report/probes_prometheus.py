"""``probe --format prometheus``: metrics for the textfile collector of the node exporter.

Metrics of certificates and staples have the names of ssl_exporter
(https://github.com/ribbybibby/ssl_exporter), so that its dashboards and alerts can be used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest

from apachestaple.report.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from prometheus_client import Metric

    from apachestaple.probing.judging import Judged
    from apachestaple.probing.served import Served

# The numbers of ssl_exporter for the status of a certificate.
_STATUSES = {"good": 0, "revoked": 1, "unknown": 2}


def probe_prometheus(probed: Sequence[Judged]) -> str:
    """The metrics of all servers. A server without handshake has no metrics of a certificate."""
    registry = CollectorRegistry()
    registry.register(_Collector(probed))
    return generate_latest(registry).decode("utf-8")


class _Collector:
    def __init__(self, probed: Sequence[Judged]) -> None:
        self._probed = probed

    def collect(self) -> Iterator[Metric]:
        """All metrics, as prometheus_client asks for them."""
        yield self._gauge(
            "apachestaple_probe_verdict",
            "Verdict: 0 ok, 1 warning, 2 critical, 3 unknown.",
            lambda judged: judged.verdict,
        )
        yield self._gauge(
            "apachestaple_probe_time_seconds",
            "Time of the probe, in seconds since 1970.",
            lambda judged: judged.served.at.timestamp(),
        )
        yield self._gauge(
            "apachestaple_probe_duration_seconds",
            "Duration of the handshake with a status request.",
            lambda judged: judged.served.seconds if judged.served.reached else None,
        )
        yield self._gauge(
            "ssl_probe_success",
            "Whether a handshake with a status request succeeds.",
            lambda judged: judged.served.failure is None,
        )
        yield self._versions()
        yield from self._certificates()
        yield from self._staples()

    def _gauge(
        self, name: str, text: str, value: Callable[[Judged], float | None]
    ) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(name, text, labels=_TARGET)
        for judged in self._probed:
            number = value(judged)
            if number is not None:
                gauge.add_metric(_target(judged.served), number)
        return gauge

    def _versions(self) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(
            "ssl_tls_version_info", "The version of TLS, in a label.", labels=[*_TARGET, "version"]
        )
        for served in self._served():
            if served.tls_version is not None:
                gauge.add_metric([*_target(served), served.tls_version], 1)
        return gauge

    def _certificates(self) -> Iterator[GaugeMetricFamily]:
        labels = [*_TARGET, "serial_no", "cn", "issuer_cn", "position"]
        begin = GaugeMetricFamily(
            "ssl_cert_not_before", "Begin of the validity, in seconds since 1970.", labels=labels
        )
        end = GaugeMetricFamily(
            "ssl_cert_not_after", "End of the validity, in seconds since 1970.", labels=labels
        )
        for served in self._served():
            for position, certificate in enumerate(served.chain):
                if certificate.is_understood:
                    values = [
                        *_target(served),
                        str(certificate.serial),
                        printable(certificate.common_name),
                        printable(certificate.issuer_common_name),
                        str(position),
                    ]
                    begin.add_metric(values, certificate.not_before.timestamp())
                    end.add_metric(values, certificate.not_after.timestamp())
        yield begin
        yield end

    def _staples(self) -> Iterator[GaugeMetricFamily]:
        yield self._staple(
            "ssl_ocsp_response_stapled",
            "Whether a staple was sent.",
            lambda served: served.staple_length > 0,
        )
        yield self._staple(
            "ssl_ocsp_response_status",
            "Status in the staple: 0 good, 1 revoked, 2 unknown.",
            lambda served: _STATUSES.get(served.status),
        )
        yield self._staple(
            "apachestaple_staple_verified",
            "Whether the staple is for the certificate, valid now, and signed by a trusted signer.",
            lambda served: served.verified,
        )
        yield self._staple(
            "ssl_ocsp_response_this_update",
            "Begin of the staple's validity, in seconds since 1970.",
            lambda served: _seconds(served.staple.this_update if served.staple else None),
        )
        yield self._staple(
            "ssl_ocsp_response_next_update",
            "End of the staple's validity, in seconds since 1970.",
            lambda served: _seconds(served.staple.next_update if served.staple else None),
        )

    def _staple(
        self, name: str, text: str, value: Callable[[Served], float | None]
    ) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(name, text, labels=_TARGET)
        for served in self._served():
            number = value(served) if served.reached else None
            if number is not None:
                gauge.add_metric(_target(served), number)
        return gauge

    def _served(self) -> Iterator[Served]:
        """What clients get, also those that only accept another type of key."""
        for judged in self._probed:
            yield judged.served
            yield from judged.served.others


_TARGET = ["target", "servername", "address", "keys"]


def _target(served: Served) -> list[str]:
    target = served.target
    texts = (str(target), target.servername or "", target.address or "", served.keys or "")
    return [printable(text) for text in texts]


def _seconds(time: datetime | None) -> float | None:
    return time.timestamp() if time else None
