"""Writes the example: ``python -m examples.make [FOLDER]``.

The configuration is the same each time; the certificates are new.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

from examples.configuration import CONF, MODULES, SERVER, SITES, Text, Verdict
from tests.lab.ca import Authority, KeyType

TREE = Path(__file__).with_name("apache2")
RESPONDER = "http://ocsp.example.com"

_MODULE_FOLDER = "/usr/lib/apache2/modules"
# Let's Encrypt switched it off on 2025-08-06.
_SWITCHED_OFF = "http://r3.o.lencr.org"
_YEARS = 10


def make(
    folder: Path,
    *,
    responder: str = RESPONDER,
    keys: bool = False,
    worst: Verdict = Verdict.REJECTED,
) -> None:
    """Write the example into ``folder``, which must be missing or empty.

    ``responder`` is the OCSP URI of the certificates. Private keys are written only with ``keys``.
    Files worse than ``worst`` are left out, so that ``httpd -t`` accepts the rest, or httpd starts
    with it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    for name, text in SERVER.items():
        _write(folder / name, text)
    _write_modules(folder)
    _write_available(folder, "conf", CONF, worst)
    _write_available(folder, "sites", SITES, worst)
    _write_certificates(folder / "certs", responder, keys)


def _write_modules(folder: Path) -> None:
    for name, text in MODULES.items():
        load = f"LoadModule {name}_module {_MODULE_FOLDER}/mod_{name}.so\n"
        _write(folder / "mods-available" / f"{name}.load", load)
        _enable(folder, "mods", f"{name}.load")
        if text is not None:
            _write(folder / "mods-available" / f"{name}.conf", text)
            _enable(folder, "mods", f"{name}.conf")


def _write_available(folder: Path, kind: str, texts: Mapping[str, Text], worst: Verdict) -> None:
    for name, text in texts.items():
        if text.verdict > worst:
            continue
        _write(folder / f"{kind}-available" / name, text.text)
        if text.enabled:
            _enable(folder, kind, name)


def _enable(folder: Path, kind: str, name: str) -> None:
    link = folder / f"{kind}-enabled" / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(f"../{kind}-available/{name}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())


class _Options(TypedDict, total=False):
    """Options of ``Authority.issue``, except the names."""

    ocsp: Sequence[str]
    must_staple: bool
    chain: bool
    key: KeyType


def _write_certificates(folder: Path, responder: str, keys: bool) -> None:
    with tempfile.TemporaryDirectory() as state:
        authority = Authority(folder, responder, write_keys=keys, state=Path(state))
        end = authority.intermediate.not_valid_after_utc

        def issue(host: str, kind: str = "", **options: Unpack[_Options]) -> None:
            authority.issue(host + kind, names=(host,), not_after=end, **options)

        issue("api.example.com")
        issue("api.example.com", "-rsa", key="rsa")
        issue("archive.example.net")
        issue("blog.example.net", ocsp=[_SWITCHED_OFF])
        issue("docs.example.com")
        issue("download.example.com", ocsp=())
        issue("files.example.com")
        issue("forum.example.net")
        issue("mail.example.com", chain=False)
        issue("partner.example.net", ocsp=["https://ocsp.example.net", responder])
        issue("pay.example.com", must_staple=True)
        issue("shop.example.com", key="rsa")
        issue("staging.example.com")
        issue("static.example.com")
        issue("status.example.net")
        issue("wiki.example.net", ocsp=())
        issue("www.example.com")
    _cut_off(folder / "archive.example.net.pem")
    _run_req(folder, "intranet.example.net", keys, "-x509")
    _run_req(folder, "lists.example.net", keys)


def _cut_off(certificate: Path) -> None:
    """Truncate the leaf, as an incomplete copy from a terminal."""
    lines = certificate.read_text().splitlines(keepends=True)
    certificate.write_text("".join(lines[:8]))


def _run_req(folder: Path, host: str, keys: bool, *arguments: str) -> None:
    """Write a request, or with ``-x509`` a self-signed certificate, by ``openssl req``."""
    command = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-keyout", str(folder / f"{host}.key") if keys else "/dev/null"]
    command += ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    command += ["-days", str(_YEARS * 365)] if "-x509" in arguments else []
    command += ["-out", str(folder / f"{host}.pem"), *arguments]
    subprocess.run(command, check=True, capture_output=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the example that the command line describes."""
    parser = argparse.ArgumentParser(prog="python -m examples.make", description=__doc__)
    parser.add_argument(
        "folder",
        metavar="FOLDER",
        type=Path,
        nargs="?",
        default=TREE,
        help="missing or empty; without it, the example in the repository is written anew",
    )
    parser.add_argument("--responder", metavar="URL", default=RESPONDER, help=f"[{RESPONDER}]")
    parser.add_argument("--keys", action="store_true", help="write the private keys, too")
    only = parser.add_mutually_exclusive_group()
    only.add_argument(
        "--only-accepted", action="store_true", help="leave out files that httpd -t rejects"
    )
    only.add_argument(
        "--only-good", action="store_true", help="leave out files that keep httpd from starting"
    )
    given = parser.parse_args(arguments)
    worst = Verdict.REJECTED
    if given.only_accepted:
        worst = Verdict.DOES_NOT_START
    elif given.only_good:
        worst = Verdict.STARTS
    if given.folder.resolve() == TREE.resolve():
        if given.keys or worst is not Verdict.REJECTED:
            parser.error("in the repository the example is whole and without keys: give a FOLDER")
        shutil.rmtree(TREE, ignore_errors=True)
    try:
        make(given.folder, responder=given.responder, keys=given.keys, worst=worst)
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
