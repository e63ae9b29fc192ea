"""OCSP responders: one that answers and one that refuses connections."""

import http.client
import re
from collections import Counter
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from .ca import Authority
from .ports import ReservedPort
from .processes import Child, wait_until
from .relay import Relay

# Used by the lab itself to check that the responder answers; not counted.
_PROBE_SERIAL = 1


class Responder:
    """``openssl ocsp`` as responder for an authority, until the ``with`` block ends.

    ``port`` may be given, so that certificates can name the responder before it runs. Changes of
    the authority's index take effect for the next query.
    """

    def __init__(self, authority: Authority, port: ReservedPort | None = None) -> None:
        self._authority = authority
        self._port = ReservedPort() if port is None else port
        self._behind = ReservedPort()
        self._relay: Relay | None = None
        self._output = authority.state / "responder.log"
        # The serial numbers in the output, and up to which byte they were read.
        self._serials: list[int] = []
        self._read = 0
        self._child: Child | None = None
        self._probe = (
            ocsp.OCSPRequestBuilder()
            .add_certificate_by_hash(b"\0" * 20, b"\0" * 20, _PROBE_SERIAL, hashes.SHA1())  # noqa: S303 - what httpd asks with
            .build()
            .public_bytes(serialization.Encoding.DER)
        )

    @property
    def url(self) -> str:
        """The URL for a certificate."""
        return responder_url(self._port)

    def queries(self, serial: int) -> int:
        """The number of queries for the certificate with this serial number."""
        return self._asked().count(serial)

    def asked(self) -> Counter[int]:
        """The number of queries for each certificate, by serial number."""
        return Counter(serial for serial in self._asked() if serial != _PROBE_SERIAL)

    def answer(self, query: bytes) -> bytes:
        """The responder's answer to an OCSP request."""
        connection = http.client.HTTPConnection("127.0.0.1", self._behind.number, timeout=5)
        try:
            connection.request("POST", "/", query, {"Content-Type": "application/ocsp-request"})
            return connection.getresponse().read()
        finally:
            connection.close()

    def queries_total(self) -> int:
        """The number of all queries."""
        return sum(serial != _PROBE_SERIAL for serial in self._asked())

    def start(self) -> None:
        """Start the responder and wait until it answers; raises RuntimeError if it does not."""
        authority = self._authority
        # A file would buffer the output in blocks, which would delay the counts.
        command = ["stdbuf", "-oL", "openssl", "ocsp", "-port", str(self._behind.number)]
        command += ["-index", str(authority.index_file), "-CA", str(authority.intermediate_file)]
        command += ["-rsigner", str(authority.signer_file)]
        command += ["-rkey", str(authority.signer_file.with_suffix(".key"))]
        command += ["-ndays", "1", "-req_text", "-ignore_err"]
        self._child = child = Child(command, output=self._output)
        if not wait_until(lambda: not child.running or self._answers(), 10.0) or not child.running:
            self.stop()
            raise RuntimeError(f"openssl ocsp does not answer: {self._output.read_text()}")
        self._relay = Relay(self._port, self._behind.number)
        self._relay.start()
        authority.on_change = self._reload

    def stop(self) -> None:
        """Stop the responder; its port refuses connections from then on."""
        self._authority.on_change = lambda: None
        if self._relay is not None:
            self._relay.stop()
            self._relay = None
        if self._child is not None:
            self._child.stop(grace=0.5)
            self._child = None

    def _reload(self) -> None:
        # openssl checks the index before it waits for the next connection, so the query after this
        # one is the first to see a change.
        if not self._answers():
            raise RuntimeError("the responder has gone")

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._behind.number, timeout=5)
        try:
            connection.request(
                "POST", "/", self._probe, {"Content-Type": "application/ocsp-request"}
            )
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _asked(self) -> list[int]:
        if self._output.exists():
            with self._output.open("rb") as file:
                file.seek(self._read)
                # A line may not be complete yet.
                lines, end, _ = file.read().rpartition(b"\n")
            self._read += len(lines + end)
            found = re.findall(rb"Serial Number: ([0-9A-F]+)", lines)
            self._serials += [int(digits, 16) for digits in found]
        return self._serials

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._port.close()
        self._behind.close()


class DeadPort(ReservedPort):
    """A port of 127.0.0.1 that refuses every connection."""

    @property
    def url(self) -> str:
        """The URL of the responder that is not there."""
        return responder_url(self)


def responder_url(port: ReservedPort) -> str:
    """The URL of a responder at this port."""
    return f"http://127.0.0.1:{port.number}"
