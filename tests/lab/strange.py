"""A responder with invalid answers; the path of the URL selects the kind."""

import contextlib
import datetime as dt
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from .ca import Authority, Key
from .ending import Ending
from .several import joined

_HOUR = dt.timedelta(hours=1)
_DAY = dt.timedelta(days=1)
_HTML = b"<!doctype html>\n<title>Sign in</title>\n<p>Sign in to use this network.\n"

Chunks = Iterator[bytes]


class StrangeResponder(Ending):
    """Answers on a loopback port for the certificates of an authority, until the block ends.

    ``url("expired")`` is the URL of a responder with an expired response; the kinds are the names
    of `WAYS`. ``host`` is the address that it listens on. ``asked`` lists the kinds that were
    queried, ``requests`` the raw requests.
    """

    def __init__(self, authority: Authority, host: str = "127.0.0.1") -> None:
        self.signer = Signer(authority)
        self._host = f"[{host}]" if ":" in host else host
        self.asked: list[str] = []
        self.requests: list[bytes] = []
        handler = type("Handler", (_Handler,), {"responder": self})
        server = _Server6 if ":" in host else _Server
        self._server = server((host, 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def port(self) -> int:
        """The port number."""
        return int(self._server.server_address[1])

    def url(self, way: str) -> str:
        """The URL for a certificate, for one of `WAYS`."""
        if way not in WAYS:
            raise ValueError(f"no answer is strange in the way {way!r}")
        return f"http://{self._host}:{self.port}/{way}"

    def close(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Signer:
    """Makes OCSP responses for certificates of an authority."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.delegate = x509.load_pem_x509_certificate(authority.signer_file.read_bytes())
        # An authority with the same names and another key.
        stranger = Authority(authority.state / "stranger", "", write_keys=False)
        certificate = x509.load_pem_x509_certificate(stranger.signer_file.read_bytes())
        self._stranger = certificate, stranger.signer_key

    def response(
        self,
        request: ocsp.OCSPRequest,
        *,
        serial: int | None = None,
        digest: hashes.HashAlgorithm | None = None,
        status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
        this_update: dt.timedelta = -_HOUR,
        next_update: dt.timedelta | None = _DAY,
        certificates: list[x509.Certificate] | None = None,
        by_issuer: bool = False,
        by: tuple[x509.Certificate, Key] | None = None,
    ) -> bytes:
        """The DER of a response to a request; times are relative to now.

        It is signed by the authority's delegate, whose certificate is included, unless
        ``by_issuer`` or ``by`` selects another certificate and key.
        """
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        revoked = status is ocsp.OCSPCertStatus.REVOKED
        issuer, key = self.authority.intermediate, self.authority.issuer_key
        signer, signing_key = by or (
            (issuer, key) if by_issuer else (self.delegate, self.authority.signer_key)
        )
        name, key_hash = request.issuer_name_hash, request.issuer_key_hash
        if digest is not None:
            name = _digest(issuer.subject.public_bytes(), digest)
            key_hash = _digest(_key_bits(issuer), digest)
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            name,
            key_hash,
            request.serial_number if serial is None else serial,
            digest or request.hash_algorithm,
            cert_status=status,
            this_update=now + this_update,
            next_update=None if next_update is None else now + next_update,
            revocation_time=now - _DAY if revoked else None,
            revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer)
        sent = ([] if by_issuer else [signer]) if certificates is None else certificates
        if sent:
            builder = builder.certificates(sent)
        return builder.sign(signing_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def stranger(self, request: ocsp.OCSPRequest) -> bytes:
        """Signed by the delegate of an authority with the same name and another key."""
        return self.response(request, by=self._stranger)

    def without_purpose(self, request: ocsp.OCSPRequest) -> bytes:
        """Signed by a certificate of the authority that is not for signing responses."""
        folder = self.authority.folder
        certificate = x509.load_pem_x509_certificate((folder / "good.pem").read_bytes())
        return self.response(request, by=(certificate, _private_key(folder / "good.key")))

    def several(self, request: ocsp.OCSPRequest) -> bytes:
        """About another certificate first, then about the one that was asked for."""
        other, own = self.response(request, serial=4711), self.response(request)
        key = self.authority.signer_key
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return joined(other, own, key)

    def padded(self, request: ocsp.OCSPRequest, certificates: int) -> bytes:
        """With further certificates of 4 KB each; mod_ssl caches 10239 bytes at most."""
        padding = [_padding(self.authority) for _ in range(certificates)]
        return self.response(request, certificates=[self.delegate, *padding])


def _ok(body: bytes) -> Chunks:
    yield b"HTTP/1.0 200 OK\r\nContent-Type: application/ocsp-response\r\n"
    yield b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def _failure(status: ocsp.OCSPResponseStatus) -> Chunks:
    built = ocsp.OCSPResponseBuilder.build_unsuccessful(status)
    return _ok(built.public_bytes(serialization.Encoding.DER))


def _answered(**options: object) -> Callable[[Signer, ocsp.OCSPRequest], Chunks]:
    return lambda signer, request: _ok(signer.response(request, **options))  # type: ignore[arg-type]


def _raw(*chunks: bytes) -> Callable[[Signer, ocsp.OCSPRequest], Chunks]:
    return lambda _signer, _request: iter(chunks)


def _flipped(der: bytes) -> bytes:
    """The response with a wrong signature."""
    return der[:-1] + bytes([der[-1] ^ 1])


def _endless(_signer: Signer, _request: ocsp.OCSPRequest) -> Chunks:
    yield b"HTTP/1.0 200 OK\r\n\r\n"
    while True:
        yield b"\0" * 65536


def _endless_head(_signer: Signer, _request: ocsp.OCSPRequest) -> Chunks:
    yield b"HTTP/1.0 200 OK\r\n"
    while True:
        yield b"X-More: to come\r\n"


def _endless_line(_signer: Signer, _request: ocsp.OCSPRequest) -> Chunks:
    yield b"HTTP/1.0 200 OK"
    while True:
        yield b"K" * 65536


def _drip(signer: Signer, request: ocsp.OCSPRequest) -> Chunks:
    for chunk in _ok(signer.response(request)):
        for byte in chunk:
            yield bytes([byte])
            time.sleep(0.2)


def _kept_open(signer: Signer, request: ocsp.OCSPRequest) -> Chunks:
    yield from _ok(signer.response(request))
    time.sleep(30)


def _cut(signer: Signer, request: ocsp.OCSPRequest) -> Chunks:
    head, body = _ok(signer.response(request))
    yield head
    yield body[: len(body) // 2]


def _chunked(signer: Signer, request: ocsp.OCSPRequest) -> Chunks:
    body = signer.response(request)
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


WAYS: dict[str, Callable[[Signer, ocsp.OCSPRequest], Chunks]] = {
    "good": _answered(),
    "by-issuer": _answered(by_issuer=True),
    "another-certificate": _answered(serial=4711),
    "sha256-id": _answered(digest=hashes.SHA256()),
    "expired": _answered(this_update=-3 * _DAY, next_update=-_DAY),
    "just-expired": _answered(this_update=-_DAY, next_update=dt.timedelta(seconds=-60)),
    "not-yet-valid": _answered(this_update=_DAY, next_update=2 * _DAY),
    "no-next-update": _answered(next_update=None),
    "three-days-old": _answered(this_update=-3 * _DAY),
    "revoked": _answered(status=ocsp.OCSPCertStatus.REVOKED),
    "unknown": _answered(status=ocsp.OCSPCertStatus.UNKNOWN),
    "stranger": lambda signer, request: _ok(signer.stranger(request)),
    "without-purpose": lambda signer, request: _ok(signer.without_purpose(request)),
    "bad-signature": lambda signer, request: _ok(
        _flipped(signer.response(request, by_issuer=True))
    ),
    "several": lambda signer, request: _ok(signer.several(request)),
    # About 9 KB: less than mod_ssl caches, more than a small cache holds.
    "large": lambda signer, request: _ok(signer.padded(request, 2)),
    "long": lambda signer, request: _ok(signer.padded(request, 4)),
    "trailing-bytes": lambda signer, request: _ok(signer.response(request) + b"\r\n"),
    "try-later": lambda *_: _failure(ocsp.OCSPResponseStatus.TRY_LATER),
    "unauthorized": lambda *_: _failure(ocsp.OCSPResponseStatus.UNAUTHORIZED),
    "internal-error": lambda *_: _failure(ocsp.OCSPResponseStatus.INTERNAL_ERROR),
    # Successful, but without response; and with one of an unknown type.
    "no-bytes": lambda *_: _ok(b"\x30\x03\x0a\x01\x00"),
    "no-basic": lambda *_: _ok(bytes.fromhex("300f0a0100a00a300806032a03040401ff")),
    "garbage": lambda *_: _ok(b"\x30\x82garbage"),
    "empty-body": lambda *_: _ok(b""),
    "html": _raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", _HTML),
    "redirect": _raw(b"HTTP/1.1 302 Found\r\nLocation: http://ocsp.example.com/\r\n\r\n"),
    "not-found": _raw(b"HTTP/1.1 404 Not Found\r\n\r\n", _HTML),
    "not-http": _raw(b"220 mail.example.com ESMTP\r\n"),
    "nothing": _raw(),
    "cut-head": _raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\n"),
    "endless": _endless,
    "endless-head": _endless_head,
    "endless-line": _endless_line,
    "drip": _drip,
    "kept-open": _kept_open,
    "cut": _cut,
    "chunked": _chunked,
}


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(socketserver.StreamRequestHandler):
    responder: ClassVar[StrangeResponder]

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self._answer()

    def _answer(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return
            head += line
        length = next(
            int(line.split(b":")[1])
            for line in head.splitlines()
            if b"content-length" in line.lower()
        )
        body = self.rfile.read(length)
        self.responder.requests.append(head + body)
        way = head.split()[1].decode().rpartition("/")[2].partition("?")[0]
        self.responder.asked.append(way)
        request = ocsp.load_der_ocsp_request(body)
        for chunk in WAYS[way](self.responder.signer, request):
            self.wfile.write(chunk)


def _private_key(path: Path) -> Key:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, Key)
    return key


def _digest(value: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(value)
    return digest.finalize()


def _key_bits(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _padding(authority: Authority) -> x509.Certificate:
    """A certificate of 4 KB."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "padding")])
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(authority.issuer_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(f"{'x' * 60}.{n}") for n in range(60)]),
            critical=False,
        )
        .sign(authority.issuer_key, hashes.SHA256())
    )
