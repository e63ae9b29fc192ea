"""The certificates that drawn hosts share, and the files in which their issuer may be found."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cryptography.hazmat.primitives import serialization

from tests.lab.ca import Authority
from tests.lab.certificates import namesake

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.ca import Issued, KeyType

Uri = Literal["none", "http", "https"]
# "right": the issuer. "bare": its name, another key and no key identifier, so that OpenSSL takes it
# for the issuer. "twin": its name and the identifier of another key. "root": another name.
Authorities = Literal["right", "bare", "twin", "root"]

HTTPS_URL = "https://ocsp.example.com/"


@dataclass(frozen=True)
class Leaf:
    """A certificate; ``NAME.pem`` holds it alone, ``NAME-full.pem`` with its issuer.

    ``uri`` is the scheme of its first OCSP URI. ``beside`` tells whether the files of authorities
    are in its folder.
    """

    name: str
    key: KeyType
    uri: Uri
    beside: bool = False

    def file(self, *, full: bool) -> str:
        """The file with its issuer, or the one without."""
        return f"{self._folder}/{self.name}{'-full' if full else ''}.pem"

    @property
    def key_file(self) -> str:
        """The file of its key."""
        return f"{self._folder}/{self.name}.key"

    @property
    def _folder(self) -> str:
        return "certs" if self.beside else "certs/own"


LEAVES = (
    *(Leaf(f"ec-http-{number}", "ecdsa", "http", number == 3) for number in range(4)),
    *(Leaf(f"ec-none-{number}", "ecdsa", "none", number == 1) for number in range(2)),
    *(Leaf(f"ec-https-{number}", "ecdsa", "https") for number in range(1)),
    *(Leaf(f"rsa-http-{number}", "rsa", "http", number == 2) for number in range(3)),
    *(Leaf(f"rsa-none-{number}", "rsa", "none") for number in range(2)),
    Leaf("rsa-https-0", "rsa", "https"),
)

# The file of a certificate, which some name as SSLCertificateChainFile, too.
_LEAF_FILES: dict[str, tuple[Authorities, ...]] = {
    LEAVES[0].file(full=True): ("right",),
    LEAVES[0].file(full=False): (),
}
# Files of authorities alone.
_CA_FILES: dict[str, tuple[Authorities, ...]] = {
    "certs/ca.pem": ("right",),
    "certs/ca-root.pem": ("right", "root"),
    "certs/twin.pem": ("twin",),
    "certs/bare.pem": ("bare",),
    "certs/twin-ca.pem": ("twin", "right"),
    "certs/bare-ca.pem": ("bare", "right"),
    "certs/root.pem": ("root",),
}
# What SSLCertificateChainFile may name. httpd takes the first certificate that fits.
CHAIN_FILES = _CA_FILES | _LEAF_FILES
# Those of them with which every host finds the issuer.
CHAINS = frozenset(("certs/ca.pem", "certs/ca-root.pem", "certs/twin-ca.pem"))
# What SSLCACertificateFile and SSLCACertificatePath may name. Which of two that fit OpenSSL takes
# from there is not defined, so none of these has two.
CA_FILES: dict[str, tuple[Authorities, ...]] = {
    name: _CA_FILES[name]
    for name in ("certs/ca.pem", "certs/twin.pem", "certs/twin-ca.pem", "certs/bare.pem")
} | {"certs/root.pem": ("root",)}
CA_PATHS: dict[str, tuple[Authorities, ...]] = {
    "certs/hashed-ca": ("right", "root"),
    "certs/hashed-twin": ("twin",),
    "certs/hashed-both": ("twin", "right"),
    "certs/hashed-bare": ("bare",),
}


def fill(authority: Authority) -> dict[str, Issued]:
    """Issue the wallet into the authority's folder; the certificates by name."""
    folder = authority.folder
    issued = {}
    for leaf in LEAVES:
        ocsp = {"none": [], "http": None, "https": [HTTPS_URL]}[leaf.uri]
        issued[leaf.name] = authority.issue(
            leaf.name, names=["*.example.com"], ocsp=ocsp, chain=False, key=leaf.key
        )
    authorities = {
        "right": authority.intermediate,
        "root": authority.root,
        # Both take their names from the same class.
        "twin": Authority(authority.state / "twin", "", write_keys=False).intermediate,
        "bare": namesake(authority.intermediate.subject),
    }
    pem = {name: one.public_bytes(serialization.Encoding.PEM) for name, one in authorities.items()}
    (folder / "own").mkdir()
    for leaf in LEAVES:
        if not leaf.beside:
            for suffix in ("pem", "key"):
                (folder / f"{leaf.name}.{suffix}").rename(folder / f"own/{leaf.name}.{suffix}")
        alone = (folder.parent / leaf.file(full=False)).read_bytes()
        (folder.parent / leaf.file(full=True)).write_bytes(alone + pem["right"])
    for file, held in _CA_FILES.items():
        (folder.parent / file).write_bytes(b"".join(pem[name] for name in held))
    for path, held in CA_PATHS.items():
        _hashed(folder.parent / path, {name: pem[name] for name in held})
    return issued


def _hashed(folder: Path, held: dict[Authorities, bytes]) -> None:
    folder.mkdir()
    for name, pem in held.items():
        (folder / f"{name}.pem").write_bytes(pem)
    subprocess.run(["openssl", "rehash", str(folder)], check=True)
