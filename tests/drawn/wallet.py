"""The certificates that drawn configurations choose from, and where they are played."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.lab.ca import Authority, Issued, KeyType
    from tests.lab.play import Lab

NAMES = ("*.example.com", "lab.example")
HASHED = "hashed"
# One that `openssl x509 -trustout` has written.
TRUSTED = "w-trusted"


@dataclass(frozen=True)
class Leaf:
    """A certificate file of the wallet.

    ``asks`` is whom its first OCSP URI names; ``bundled`` says that its file holds the key.
    """

    name: str
    key: KeyType = "ecdsa"
    chain: bool = True
    asks: Literal["ours", "nobody", "https"] = "ours"
    must_staple: bool = False
    bundled: bool = False


def _leaves() -> tuple[Leaf, ...]:
    return (
        *(Leaf(f"w-ec-{n}") for n in range(8)),
        *(Leaf(f"w-ec-leaf-{n}", chain=False) for n in range(4)),
        *(Leaf(f"w-rsa-{n}", key="rsa") for n in range(3)),
        *(Leaf(f"w-rsa-leaf-{n}", key="rsa", chain=False) for n in range(2)),
        *(Leaf(f"w-must-{n}", must_staple=True) for n in range(2)),
        Leaf("w-must-leaf", chain=False, must_staple=True),
        *(Leaf(f"w-nobody-{n}", asks="nobody") for n in range(2)),
        Leaf("w-nobody-leaf", chain=False, asks="nobody"),
        *(Leaf(f"w-https-{n}", asks="https") for n in range(2)),
        *(Leaf(f"w-bundled-{n}", bundled=True) for n in range(2)),
        Leaf("w-bundled-rsa", key="rsa", bundled=True),
        # What else may stand in a file: openssl's text, DH parameters, Windows' line endings.
        Leaf("w-text"),
        Leaf("w-dh", key="rsa"),
        Leaf("w-crlf"),
        Leaf(TRUSTED),
    )


LEAVES = _leaves()


@dataclass(frozen=True)
class Ground:
    """What a configuration has to name, and only the lab knows."""

    ports: Sequence[int]
    responder: str
    certificates: str
    ipv6: bool
    redis: str
    memcache: str
    longest_response: int


def fill(lab: Lab) -> None:
    """Issue the wallet into the lab's folder of certificates."""
    authority, folder = lab.authority, lab.certificates_folder
    told, authority.on_change = authority.on_change, lambda: None
    for leaf in LEAVES:
        ocsp = {
            "ours": [lab.responder.url],
            "nobody": [],
            "https": ["https://ocsp.example.com/", lab.responder.url],
        }[leaf.asks]
        issued = authority.issue(
            leaf.name,
            names=NAMES,
            ocsp=ocsp,
            must_staple=leaf.must_staple,
            chain=leaf.chain,
            key=leaf.key,
        )
        _odd(leaf, issued, authority)
    authority.on_change = told
    told()
    hashed = folder / HASHED
    hashed.mkdir()
    (hashed / "intermediate.pem").write_bytes(authority.intermediate_file.read_bytes())
    (hashed / "root.pem").write_bytes(authority.root_file.read_bytes())
    _openssl("rehash", str(hashed))


def _odd(leaf: Leaf, issued: Issued, authority: Authority) -> None:
    path = issued.cert
    pem = path.read_bytes()
    if leaf.bundled and issued.key is not None:
        path.write_bytes(pem + issued.key.read_bytes())
        issued.key.unlink()
    elif leaf.name == "w-text":
        path.write_bytes(_text_of(path) + _text_of(authority.intermediate_file))
    elif leaf.name == "w-dh":
        parameters = _openssl(
            "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"
        )
        path.write_bytes(pem + parameters)
    elif leaf.name == "w-crlf":
        path.write_bytes(pem.replace(b"\n", b"\r\n"))
    elif leaf.name == TRUSTED:
        path.write_bytes(
            _openssl("x509", "-in", str(path), "-trustout")
            + authority.intermediate_file.read_bytes()
        )


def _text_of(path: Path) -> bytes:
    return _openssl("x509", "-in", str(path), "-text")


def _openssl(*arguments: str) -> bytes:
    return subprocess.run(
        ["openssl", *arguments], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ).stdout
