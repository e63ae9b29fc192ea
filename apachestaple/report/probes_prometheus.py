"""``probe --format prometheus``: metrics for the textfile collector of the node exporter.

Metrics of certificates and staples have the names of ssl_exporter
(https://github.com/ribbybibby/ssl_exporter), so that its dashboards and alerts can be used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.prometheus import exposition, gauge, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from prometheus_client import Metric

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.probing.judging import Judged
    from apachestaple.probing.served import Served

# The numbers of ssl_exporter for the status of a certificate.
_STATUSES = {"good": 0, "revoked": 1, "unknown": 2}


_TARGET = ("target", "servername", "address", "keys")
_CERTIFICATE = (*_TARGET, "serial_no", "cn", "issuer_cn", "position")


def probe_prometheus(probed: Sequence[Judged]) -> str:
    """The metrics of all servers. A server without handshake has no metrics of a certificate.

    Of a server that was probed for several configurations, those of the worst verdict are kept.
    """
    worst_first = sorted(probed, key=lambda judged: -judged.verdict.weight)
    return exposition([*_of_servers(worst_first), *_of_handshakes(list(_served(worst_first)))])


def _served(probed: Sequence[Judged]) -> Iterator[Served]:
    """What clients get, also those that only accept another type of key."""
    for judged in probed:
        yield judged.served
        yield from judged.served.others


def _of_servers(probed: Sequence[Judged]) -> Iterator[Metric]:
    def metric(name: str, text: str, value: Callable[[Judged], float | None]) -> Metric:
        samples = [(_target(judged.served), value(judged)) for judged in probed]
        return gauge(name, text, _TARGET, samples)

    yield metric(
        "apachestaple_probe_verdict",
        "Verdict: 0 ok, 1 warning, 2 critical, 3 unknown.",
        lambda judged: judged.verdict,
    )
    yield metric(
        "apachestaple_probe_time_seconds",
        "Time of the probe, in seconds since 1970.",
        lambda judged: judged.served.at.timestamp(),
    )
    yield metric(
        "apachestaple_probe_duration_seconds",
        "Duration of the handshake with a status request.",
        lambda judged: judged.served.seconds if judged.served.reached else None,
    )
    yield metric(
        "ssl_probe_success",
        "Whether a handshake with a status request succeeds.",
        lambda judged: judged.served.failure is None,
    )


def _of_handshakes(served: Sequence[Served]) -> Iterator[Metric]:
    yield gauge(
        "ssl_tls_version_info",
        "The version of TLS, in a label.",
        (*_TARGET, "version"),
        [((*_target(one), one.tls_version), 1) for one in served if one.tls_version],
    )
    yield _of_certificates(
        served,
        "ssl_cert_not_before",
        "Begin of the validity, in seconds since 1970.",
        lambda certificate: certificate.not_before,
    )
    yield _of_certificates(
        served,
        "ssl_cert_not_after",
        "End of the validity, in seconds since 1970.",
        lambda certificate: certificate.not_after,
    )
    yield from _of_staples([one for one in served if one.reached])


def _of_certificates(
    served: Sequence[Served], name: str, text: str, time: Callable[[Certificate], datetime]
) -> Metric:
    samples = [
        (_certificate(one, position), time(certificate).timestamp())
        for one in served
        for position, certificate in enumerate(one.chain)
    ]
    return gauge(name, text, _CERTIFICATE, samples)


def _of_staples(served: Sequence[Served]) -> Iterator[Metric]:
    def metric(name: str, text: str, value: Callable[[Served], float | None]) -> Metric:
        return gauge(name, text, _TARGET, [(_target(one), value(one)) for one in served])

    yield metric(
        "ssl_ocsp_response_stapled",
        "Whether a staple was sent.",
        lambda one: one.staple_length > 0,
    )
    yield metric(
        "ssl_ocsp_response_status",
        "Status in the staple: 0 good, 1 revoked, 2 unknown.",
        lambda one: _STATUSES.get(one.status),
    )
    yield metric(
        "apachestaple_staple_verified",
        "Whether the staple is for the certificate, valid now, and signed by a trusted signer.",
        lambda one: one.verified,
    )
    yield metric(
        "ssl_ocsp_response_this_update",
        "Begin of the staple's validity, in seconds since 1970.",
        lambda one: timestamp(one.staple.this_update if one.staple else None),
    )
    yield metric(
        "ssl_ocsp_response_next_update",
        "End of the staple's validity, in seconds since 1970.",
        lambda one: timestamp(one.staple.next_update if one.staple else None),
    )


def _target(served: Served) -> tuple[str, ...]:
    target = served.target
    return str(target), target.servername or "", target.address or "", served.keys or ""


def _certificate(served: Served, position: int) -> tuple[str, ...]:
    certificate = served.chain[position]
    return (
        *_target(served),
        str(certificate.serial),
        certificate.common_name,
        certificate.issuer_common_name,
        str(position),
    )
