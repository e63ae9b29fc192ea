"""Certificate files: the leaf, and the certificates after it."""

from __future__ import annotations

import binascii
import os
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from apachestaple.certificates.certificate import Certificate, load_tools
from apachestaple.certificates.der import der_length
from apachestaple.certificates.facts import Own
from apachestaple.certificates.prefetch import Prefetch
from apachestaple.filesystem.reading import NotAFileError, TooLargeError, names_in, read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apachestaple.certificates.facts import Facts

# Thirty times the size of all authorities that browsers trust. Bytes.
LARGEST_FILE = 8 * 1024 * 1024
# PEM_read_bio_X509 accepts these three names.
_NAMES = (b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE")
_WHITE_SPACE = b" \t\r\n\v\f"


class Problem(StrEnum):
    """Why a certificate file cannot be used by httpd, or not be checked."""

    MISSING = "missing"
    EMPTY = "empty"
    NOT_A_FILE = "not-a-file"
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"
    NO_CERTIFICATE = "no-certificate"
    DAMAGED = "damaged"
    # It is not read, because it is outside of the repository.
    OUTSIDE = "outside"
    # Its path contains a variable of another part of the configuration.
    UNKNOWN = "unknown"


class CertificateFile(NamedTuple):
    """A PEM file.

    Attributes:
        path: its path on this machine.
        leaf: its first certificate.
        chain: the certificates after it.
        problem: why there is no leaf, or why the chain cannot be read.

    """

    path: str
    leaf: Certificate | None = None
    chain: tuple[Certificate, ...] = ()
    problem: Problem | None = None


class _Shared(NamedTuple):
    """What many files have in common: the facts of their leaves, the chain and the problem."""

    facts: Facts | None
    chain: tuple[Certificate, ...]
    problem: Problem | None


# A file as one process sends it to the other: the leaf's DER, SHA-1 and own data, and the number of
# the shared data, which are sent once. A plain tuple is pickled in a tenth of the time.
_Packed = tuple[tuple[bytes, bytes, tuple[Any, ...] | None] | None, int, _Shared | None]


class CertificateReader:
    """Reads certificate files, each once."""

    def __init__(self) -> None:
        self._files: dict[str, CertificateFile] = {}
        # By their text or their DER: an authority's certificate stands in the file of each host,
        # and often all that follows the host's own is the same.
        self._certificates: dict[bytes, Certificate] = {}
        self._chains: dict[bytes, tuple[tuple[Certificate, ...], Problem | None]] = {}
        # In the second process, the numbers of data that were sent; in this one, the data.
        self._numbers: dict[_Shared, int] = {}
        self._shared: dict[int, _Shared] = {}
        self._prefetch = Prefetch(load_tools, self._read_packed, self._unpack)
        self._signed: dict[tuple[bytes, bytes], bool | None] = {}

    def expect(self, path: str) -> None:
        """Announce that `read` will be called for a file.

        If there are many files, a second process reads and parses some of them in advance.
        """
        if path not in self._files:
            self._prefetch.expect(path)

    def expect_many(self) -> None:
        """Announce that `expect` will probably be called for hundreds of files."""
        self._prefetch.start()

    def read(self, path: str) -> CertificateFile:
        """The file at ``path``; its problem, if any, is in the result."""
        known = self._files.get(path)
        if known is None:
            self._prefetch.wait_for(path)
            known = self._files.get(path)
            if known is None:
                known = self._files[path] = self._read(path)
        return known

    def forget(self, path: str) -> None:
        """Read a file again when it is needed."""
        self._files.pop(path, None)

    def is_signed(self, leaf: Certificate, issuer: Certificate) -> bool | None:
        """Whether a certificate was signed with the key of another one.

        ``None`` if that cannot be checked, or if there are hundreds of certificates: it takes 0.1
        ms for each, and certificates of public authorities name the key of their issuer.
        """
        if leaf.names_key_of(issuer):
            return True
        if self._prefetch.is_in_use:
            return None
        # Many hosts may have both.
        pair = leaf.sha1, issuer.sha1
        if pair not in self._signed:
            self._signed[pair] = leaf.is_signed_by(issuer)
        return self._signed[pair]

    def read_folder(
        self, path: str, may_read: Callable[[str], bool] = lambda _: True
    ) -> list[CertificateFile] | None:
        """The files that SSLCACertificatePath finds: those named by hash and number.

        ``None`` if the folder does not exist, or must not be read. Files for which ``may_read`` is
        false are left out.
        """
        try:
            names = sorted(names_in(path))
        except OSError:
            return None
        hashed = [name for name in names if re.fullmatch(r"[0-9a-f]{8}\.[0-9]+", name)]
        found = filter(may_read, (os.path.join(path, name) for name in hashed))
        return [self.read(each) for each in found]

    def _read(self, path: str) -> CertificateFile:
        data = _content(path)
        if isinstance(data, Problem):
            return CertificateFile(path, problem=data)
        block = next(_blocks(data), None)
        if block is None:
            return CertificateFile(path, problem=Problem.NO_CERTIFICATE)
        name, body, end = block
        rest = data[end:]
        try:
            leaf = Certificate.parse(_der(name, body))
        except ValueError:
            return CertificateFile(path, problem=Problem.DAMAGED)
        if rest not in self._chains:
            self._chains[rest] = self._chain(rest)
        return CertificateFile(path, leaf, *self._chains[rest])

    def _read_packed(self, path: str) -> _Packed:
        _, leaf, chain, problem = self._read(path)
        own = (leaf.der, leaf.sha1, leaf.own and tuple(leaf.own)) if leaf else None
        shared = _Shared(leaf.facts if leaf else None, chain, problem)
        number = self._numbers.get(shared)
        if number is not None:
            return own, number, None
        number = self._numbers[shared] = len(self._numbers)
        return own, number, shared

    def _unpack(self, path: str, packed: _Packed) -> None:
        own, number, new = packed
        if new is not None:
            # The chain of another file may contain the same certificates.
            kept = [self._certificates.setdefault(each.der, each) for each in new.chain]
            self._shared[number] = new._replace(chain=tuple(kept))
        facts, chain, problem = self._shared[number]
        leaf = None
        if own is not None:
            der, sha1, values = own
            leaf = Certificate(der, sha1, facts, Own._make(values) if values else None)
        self._files[path] = CertificateFile(path, leaf, chain, problem)

    def _chain(self, data: bytes) -> tuple[tuple[Certificate, ...], Problem | None]:
        certificates: list[Certificate] = []
        for name, body, _ in _blocks(data):
            if body not in self._certificates:
                try:
                    self._certificates[body] = Certificate.parse(_der(name, body))
                except ValueError:
                    return tuple(certificates), Problem.DAMAGED
            certificates.append(self._certificates[body])
        return tuple(certificates), None


def has_certificate(path: str) -> bool:
    """Whether it is a file that contains the first line of a PEM certificate."""
    data = _content(path)
    if isinstance(data, Problem):
        return False
    # No directive begins so.
    return any(b"\n-----BEGIN %b-----" % name in b"\n" + data for name in _NAMES)


def _content(path: str) -> bytes | Problem:
    """The content of a regular file, or why there is none."""
    try:
        return read_file(path, LARGEST_FILE) or Problem.EMPTY
    except (FileNotFoundError, NotADirectoryError):
        return Problem.MISSING
    except NotAFileError:
        return Problem.NOT_A_FILE
    except TooLargeError:
        return Problem.TOO_LARGE
    except OSError:
        return Problem.UNREADABLE


def _blocks(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Name and body of each certificate, and the position after it.

    A certificate without an end line reaches to the end of the file.
    """
    position = 0
    while (start := data.find(b"-----BEGIN ", position)) >= 0:
        behind = data.find(b"-----", start + 11)
        if behind < 0:
            return
        name = data[start + 11 : behind]
        position = behind + 5
        if name in _NAMES:
            end = data.find(b"-----END " + name + b"-----", position)
            if end < 0:
                end = len(data)
            yield name, data[position:end], end
            position = end


def _der(name: bytes, body: bytes) -> bytes:
    """The DER of a block; raises ValueError if it is not base64.

    OpenSSL ignores white space, but no other characters.
    """
    der = binascii.a2b_base64(body.translate(None, _WHITE_SPACE), strict_mode=True)
    # The data that OpenSSL appends to a trusted certificate is not part of its DER.
    return der[: der_length(der)] if name.startswith(b"TRUSTED") else der
