"""A small certificate authority with an intermediate.

It can be used without pytest and without a running responder.
"""

import datetime as dt
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
KeyType = Literal["ecdsa", "rsa", "rsa-1024"]

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """A certificate on disk. ``key`` is None if private keys are left out."""

    cert: Path
    key: Path | None
    serial: int
    x509: x509.Certificate


class Authority:
    """A root, and an intermediate that issues certificates into ``folder``.

    ``responder_url`` is the default OCSP URI of certificates. The authority's own files are in
    ``folder/authority`` (or ``state``): ``root.pem``, ``intermediate.pem``, the delegated OCSP
    signer ``signer.pem`` and ``signer.key``, and ``index.txt`` in the format of ``openssl ca``.
    ``on_change`` is called after each change of that index. ``signer`` is the type of the key that
    signs responses: with an RSA key, all responses for a certificate have the same length.
    """

    def __init__(
        self,
        folder: Path,
        responder_url: str,
        *,
        write_keys: bool = True,
        state: Path | None = None,
        signer: KeyType = "ecdsa",
    ) -> None:
        self.folder = folder
        self.responder_url = responder_url
        self.write_keys = write_keys
        self.state = folder / "authority" if state is None else state
        self.on_change: Callable[[], None] = _nothing
        for directory in (self.folder, self.state):
            directory.mkdir(parents=True, exist_ok=True)
        self._index: dict[int, str] = {}
        self._changes = 0

        root_key = _new_key("ecdsa")
        root_name = _name("Lab Root CA")
        self.root = _sign(
            _authority_builder(root_name, root_name, root_key, root_key, path_length=1), root_key
        )
        self._key = _new_key("ecdsa")
        intermediate_name = _name("Lab Intermediate CA")
        self.intermediate = _sign(
            _authority_builder(intermediate_name, root_name, self._key, root_key, path_length=0),
            root_key,
        )
        self.root_file.write_bytes(_pem(self.root))
        self.intermediate_file.write_bytes(_pem(self.intermediate))
        self._make_signer(signer)
        # Without it, openssl rejects an index in which two certificates have the same subject.
        self.index_file.with_name("index.txt.attr").write_bytes(b"unique_subject = no\n")
        self._write_index()

    @property
    def root_file(self) -> Path:
        """The root in PEM."""
        return self.state / "root.pem"

    @property
    def intermediate_file(self) -> Path:
        """The intermediate in PEM."""
        return self.state / "intermediate.pem"

    @property
    def index_file(self) -> Path:
        """The database of ``openssl ca`` that ``openssl ocsp -index`` reads."""
        return self.state / "index.txt"

    @property
    def signer_file(self) -> Path:
        """The certificate that signs OCSP responses; its key is next to it as ``.key``."""
        return self.state / "signer.pem"

    @property
    def issuer_key(self) -> Key:
        """The private key of the intermediate."""
        return self._key

    @property
    def signer_key(self) -> Key:
        """The private key of the OCSP signer."""
        return self._signer_key

    def issue(
        self,
        name: str,
        *,
        names: Sequence[str] = ("localhost",),
        addresses: Sequence[str] = (),
        is_for_clients: bool = False,
        ocsp: Sequence[str] | None = None,
        must_staple: bool = False,
        chain: bool = True,
        key: KeyType = "ecdsa",
        not_before: dt.datetime | None = None,
        not_after: dt.datetime | None = None,
        issuer_first: bool = False,
        known: bool = True,
        is_ca: bool = False,
        path_length: int | None = None,
        subject: str = "",
        digest: Literal["sha256", "sha1"] = "sha256",
    ) -> Issued:
        """Issue ``NAME.pem`` (leaf, then intermediate with ``chain``) and ``NAME.key``.

        ``names`` are the DNS names, ``addresses`` the IP addresses; ``is_for_clients`` makes a
        certificate that is not for servers. ``ocsp`` are the OCSP URIs in order (None: the
        authority's responder; empty: none). ``must_staple`` adds the TLS feature of RFC 7633.
        ``issuer_first`` writes the intermediate before the leaf. Without ``known``, the
        certificate is not in the index, so the responder answers "unknown". ``is_ca`` makes a CA
        certificate with ``path_length``. ``subject`` is its common name, by default ``name``.
        ``digest`` is that of the signature.
        """
        private = _new_key(key)
        builder = _leaf_builder(
            _name(subject or name),
            self.intermediate.subject,
            private,
            names=names,
            addresses=addresses,
            is_for_clients=is_for_clients,
            ocsp=[self.responder_url] if ocsp is None else ocsp,
            must_staple=must_staple,
            not_before=not_before,
            not_after=not_after,
            is_ca=is_ca,
            path_length=path_length,
        ).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
            critical=False,
        )
        certificate = _sign(builder, self._key)
        if digest == "sha1":
            certificate = _with_sha1(certificate, self._key)
        parts = [certificate, self.intermediate] if chain or issuer_first else [certificate]
        if issuer_first:
            parts.reverse()
        issued = self._store(name, b"".join(map(_pem, parts)), certificate, private)
        if known:
            self._record(certificate, "V")
        return issued

    def self_signed(
        self, name: str, *, names: Sequence[str] = ("localhost",), ocsp: Sequence[str] = ()
    ) -> Issued:
        """Write a self-signed ``NAME.pem`` and ``NAME.key``, which are not in the index."""
        private = _new_key("ecdsa")
        subject = _name(name)
        builder = _leaf_builder(subject, subject, private, names=names, ocsp=ocsp)
        certificate = _sign(builder, private)
        return self._store(name, _pem(certificate), certificate, private)

    def write_chain(self, name: str) -> Path:
        """Write ``NAME.pem`` with the intermediate and the root."""
        path = self.folder / f"{name}.pem"
        path.write_bytes(_pem(self.intermediate) + _pem(self.root))
        return path

    def write_key(self, name: str) -> Path | None:
        """Write a new ``NAME.key`` without certificate; None if keys are left out."""
        return self._write_private(self.folder / f"{name}.key", _new_key("ecdsa"))

    def write_encrypted_key(self, name: str, issued: Issued) -> None:
        """Write ``NAME.key`` with the key of a certificate; the pass phrase is ``y``."""
        if issued.key is None:
            return
        private = serialization.load_pem_private_key(issued.key.read_bytes(), None)
        (self.folder / f"{name}.key").write_bytes(
            private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(b"y"),
            )
        )

    def write_crl(self, name: str) -> None:
        """Write ``NAME.pem`` with an empty CRL of the issuer."""
        crl = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.intermediate.subject)
            .last_update(_now() - dt.timedelta(days=1))
            .next_update(_now() + dt.timedelta(days=30))
            .sign(self._key, hashes.SHA256())
        )
        path = self.folder / f"{name}.pem"
        path.write_bytes(crl.public_bytes(serialization.Encoding.PEM))

    def revoke(self, issued: Issued) -> None:
        """Make the responder answer "revoked" for this certificate."""
        self._record(issued.x509, "R")

    def forget(self, issued: Issued) -> None:
        """Make the responder answer "unknown" for this certificate."""
        self._index.pop(issued.serial, None)
        self._write_index()

    def _store(self, name: str, pem: bytes, certificate: x509.Certificate, private: Key) -> Issued:
        path = self.folder / f"{name}.pem"
        path.write_bytes(pem)
        key = self._write_private(path.with_suffix(".key"), private)
        return Issued(path, key, certificate.serial_number, certificate)

    def _write_private(self, path: Path, private: Key) -> Path | None:
        if not self.write_keys:
            return None
        path.write_bytes(_private_pem(private))
        return path

    def _make_signer(self, key: KeyType) -> None:
        self._signer_key = private = _new_key(key)
        certificate = _sign(
            _builder(_name("Lab OCSP signer"), self.intermediate.subject, private, None, None)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False
            )
            .add_extension(x509.OCSPNoCheck(), critical=False),
            self._key,
        )
        self.signer_file.write_bytes(_pem(certificate))
        self._write_private(self.signer_file.with_suffix(".key"), private)

    def _record(self, certificate: x509.Certificate, status: Literal["V", "R"]) -> None:
        expires = _utc_time(certificate.not_valid_after_utc)
        revoked = "" if status == "V" else _utc_time(_now() - dt.timedelta(hours=1))
        digits = f"{certificate.serial_number:X}"
        serial = digits if len(digits) % 2 == 0 else f"0{digits}"
        subject = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        self._index[certificate.serial_number] = (
            f"{status}\t{expires}\t{revoked}\t{serial}\tunknown\t/CN={subject!s}\n"
        )
        self._write_index()

    def _write_index(self) -> None:
        fresh = self.index_file.with_name("index.txt.new")
        fresh.write_bytes("".join(self._index.values()).encode())
        # openssl ocsp reads the index again if its inode or its time in seconds changes. Two
        # changes within a second may restore the first inode, so each change gets a different
        # second.
        self._changes += 1
        os.utime(fresh, (self._changes, self._changes))
        fresh.replace(self.index_file)
        self.on_change()


def _nothing() -> None:
    """The default of ``on_change``."""


def _new_key(kind: KeyType) -> Key:
    if kind.startswith("rsa"):
        size = 1024 if kind == "rsa-1024" else 2048
        return rsa.generate_private_key(public_exponent=65537, key_size=size)
    return ec.generate_private_key(ec.SECP256R1())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    private: Key,
    not_before: dt.datetime | None,
    not_after: dt.datetime | None,
) -> x509.CertificateBuilder:
    start = not_before or min(_now(), not_after or _now()) - _DAY
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(not_after or max(start, _now()) + 90 * _DAY)
    )


def _authority_builder(
    subject: x509.Name, issuer: x509.Name, private: Key, issuer_key: Key, *, path_length: int
) -> x509.CertificateBuilder:
    public = private.public_key()
    issuer_public = issuer_key.public_key()
    return (
        _builder(subject, issuer, private, None, _now() + 3650 * _DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_public), critical=False
        )
    )


def _leaf_builder(
    subject: x509.Name,
    issuer: x509.Name,
    private: Key,
    *,
    names: Sequence[str],
    ocsp: Sequence[str],
    addresses: Sequence[str] = (),
    is_for_clients: bool = False,
    must_staple: bool = False,
    not_before: dt.datetime | None = None,
    not_after: dt.datetime | None = None,
    is_ca: bool = False,
    path_length: int | None = None,
) -> x509.CertificateBuilder:
    oids = ExtendedKeyUsageOID
    purpose = oids.CLIENT_AUTH if is_for_clients else oids.SERVER_AUTH
    builder = (
        _builder(subject, issuer, private, not_before, not_after)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=path_length), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False
        )
    )
    every: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    every += [x509.IPAddress(ip_address(address)) for address in addresses]
    if every:
        builder = builder.add_extension(x509.SubjectAlternativeName(every), critical=False)
    if ocsp:
        builder = builder.add_extension(
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(
                        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url)
                    )
                    for url in ocsp
                ]
            ),
            False,
        )
    if must_staple:
        builder = builder.add_extension(
            x509.TLSFeature([x509.TLSFeatureType.status_request]), critical=False
        )
    return builder


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _sign(builder: x509.CertificateBuilder, key: Key) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256())


def _with_sha1(certificate: x509.Certificate, key: Key) -> x509.Certificate:
    """The same certificate signed with SHA-1, which cryptography's builder refuses."""
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    with_sha256 = bytes.fromhex("300a06082a8648ce3d040302")
    with_sha1 = bytes.fromhex("300906072a8648ce3d0401")
    whole = certificate.tbs_certificate_bytes
    body = whole[4:].replace(with_sha256, with_sha1, 1)
    assert whole[:2] == b"\x30\x82"
    assert len(body) == len(whole) - 5
    to_sign = _element(0x30, body)
    signature = key.sign(to_sign, ec.ECDSA(hashes.SHA1()))  # noqa: S303  (it is to be weak)
    return x509.load_der_x509_certificate(
        _element(0x30, to_sign + with_sha1 + _element(0x03, b"\0" + signature))
    )


def _element(tag: int, body: bytes) -> bytes:
    """A DER element."""
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + body


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(private: Key) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def _utc_time(moment: dt.datetime) -> str:
    return moment.strftime("%y%m%d%H%M%SZ")
