"""Probes running servers as a client that requests a certificate status."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apachestaple.certificates.pem import CertificateFile
from apachestaple.network.concurrency import at_once
from apachestaple.network.connect import Deadline
from apachestaple.network.handshake import Handshake, HandshakeError, handshake
from apachestaple.network.route import Route
from apachestaple.network.tls_client import TlsClient
from apachestaple.probing.parsing import forget_staples, parse_served
from apachestaple.probing.served import Served

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from apachestaple.probing.targets import Target

# Seconds. Longer than httpd waits for a responder by default, so that this wait can be measured.
PATIENCE = 15.0
# The time limit for all servers of configurations, in seconds.
DEADLINE = 300.0
# The number of parallel probes.
CONCURRENCY = 16
# The first pause before a retry, in seconds; each further pause is twice as long.
_PAUSE = 1.0

_KEYS = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.113549.1.1.10": "RSA",
    "1.2.840.10045.2.1": "ECDSA",
}
_OTHER_KEYS = {"RSA": "ECDSA", "ECDSA": "RSA"}
_OUT_OF_TIME = "the time limit for all servers was reached"
# The alerts of a server that has no certificate with such keys, or no TLS 1.2.
_NO_SUCH_CERTIFICATE = ("handshake failure", "protocol version")


class Prober:
    """A client that probes servers."""

    def __init__(
        self,
        *,
        seconds: float = PATIENCE,
        tls: str | None = None,
        cafile: str | None = None,
        route: Route | None = None,
        retries: int = 0,
        only_public: Collection[Target] = (),
        both_keys: bool = True,
    ) -> None:
        """Load the trusted authorities.

        Args:
            seconds: time limit of each handshake.
            tls: one of TLS_VERSIONS only; without it, the newest common version.
            cafile: file with the trusted authorities in PEM; without it, those of the system.
            route: how servers are connected to.
            retries: how often a handshake that fails is repeated.
            only_public: targets that are not connected to if they have an address that is not
                public.
            both_keys: whether a server is also asked for a certificate with the other type of key.

        Raises:
            ValueError: ``cafile`` contains no certificates.
            OSError: ``cafile`` cannot be read.

        """
        self._seconds = seconds
        self._route = route or Route()
        self._retries = retries
        self._only_public = frozenset(only_public)
        self._cafile = cafile
        self._client = TlsClient(tls=tls, cafile=cafile)
        self._both_keys = both_keys and tls != "1.3"
        self._clients_of_keys: dict[str, TlsClient] = {}
        self._loading = threading.Lock()

    def probe_all(
        self,
        targets: Sequence[Target],
        concurrency: int = CONCURRENCY,
        *,
        deadline: float = DEADLINE,
    ) -> Iterator[tuple[Target, Served]]:
        """Probe all servers, several in parallel; yields the results as they arrive.

        After ``deadline`` seconds, no handshake is started, and running ones end.
        """
        end = Deadline.after(deadline)
        forget_staples()
        return at_once(lambda target: self.probe(target, end), targets, most=concurrency)

    def probe(self, target: Target, end: Deadline | None = None) -> Served:
        """Make a handshake with a status request. Failures are part of the result.

        If it fails, make a second one without the request: if that succeeds, stapling is the
        problem. If it succeeds, make another one for the other type of key: a server with an RSA
        and an ECDSA certificate has a staple for each (``both_keys``). ``end`` is the time limit
        for all servers.
        """
        end = end or Deadline.after(DEADLINE)
        served = self._probe(target, self._client, end)
        for retry in range(self._retries):
            pause = _PAUSE * 2**retry
            if served.failure is None or not served.conclusive or end.left <= pause:
                break
            time.sleep(pause)
            served = self._probe(target, self._client, end)
        if served.failure is not None or served.leaf is None:
            return served
        keys = _OTHER_KEYS.get(_KEYS.get(served.leaf.key_type, ""))
        if keys is None or not self._both_keys:
            return served
        other = self._probe(target, self._client_of(keys), end, keys)
        if not other.conclusive:
            failure = f"it was not asked for a certificate with {keys} keys: {other.failure}"
            return replace(served, failure=failure, conclusive=False)
        return replace(served, others=(other,) if other.leaf else ())

    def _client_of(self, keys: str) -> TlsClient:
        """The client for certificates with such keys, which few programs need both of."""
        with self._loading:
            if keys not in self._clients_of_keys:
                self._clients_of_keys[keys] = TlsClient(keys=keys, cafile=self._cafile)
            return self._clients_of_keys[keys]

    def _probe(
        self, target: Target, client: TlsClient, end: Deadline, keys: str | None = None
    ) -> Served:
        try:
            return parse_served(target, self._shake(target, client, end, status=True), keys)
        except HandshakeError as error:
            return self._without_status(target, client, end, keys, error)

    def _without_status(
        self,
        target: Target,
        client: TlsClient,
        end: Deadline,
        keys: str | None,
        failed: HandshakeError,
    ) -> Served:
        """Make a handshake without a status request, after one with it has failed."""
        failure = Served(
            target, datetime.now(UTC), failure=str(failed), conclusive=failed.conclusive, keys=keys
        )
        is_answer = keys is not None and failed.alert in _NO_SUCH_CERTIFICATE
        if not failed.connected or not failed.conclusive or is_answer:
            return failure
        try:
            plain = self._shake(target, client, end, status=False)
        except HandshakeError:
            return failure
        reason = f"the handshake fails if a status is requested ({failed}), and succeeds otherwise"
        return parse_served(target, plain, keys, reason)

    def _shake(
        self, target: Target, client: TlsClient, end: Deadline, *, status: bool
    ) -> Handshake:
        if not end.left:
            raise HandshakeError(_OUT_OF_TIME, connected=False, conclusive=False)
        try:
            return handshake(
                client,
                self._route,
                target.address or target.host,
                target.port,
                target.servername,
                seconds=min(self._seconds, end.left),
                status=status,
                only_public=target in self._only_public,
            )
        except HandshakeError as error:
            if end.left:
                raise
            # With more time, it might have succeeded.
            raise HandshakeError(
                _OUT_OF_TIME, connected=error.connected, conclusive=False
            ) from None


def certificates_of(targets: Sequence[Target]) -> tuple[list[CertificateFile], list[str]]:
    """The certificates that servers send, by server name, and the reasons why others send none."""
    found = dict(Prober(both_keys=False).probe_all(targets))
    served = [(target, found[target]) for target in dict.fromkeys(targets)]
    files = [CertificateFile(str(target), one.leaf) for target, one in served if one.leaf]
    return files, [f"{target}: {one.failure}" for target, one in served if not one.leaf]
