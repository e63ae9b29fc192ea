"""Ten hosts in Debian's layout: ``python -m benchmarks.certbot [PYTHON]``.

PYTHON is a Python with certbot-apache, by default that of Debian's python3-certbot-apache. Each of
the two programs gets a copy of the same configuration. Then httpd is started, and a client requests
the status of each host. The output is the table in docs/explanation/fix.md.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.handshake import handshake
from tests.lab.play import Lab
from tests.lab.ports import ReservedPort
from tests.lab.processes import Child, wait_until
from tests.lab.server import BINARY
from tests.random_trees.bound import changed_lines
from tests.random_trees.layouts import Written, write
from tests.random_trees.model import Host, Layout, Switch, Tree
from tests.random_trees.proof import texts

if TYPE_CHECKING:
    from collections.abc import Callable

PYTHON = "/usr/bin/python3"
DRIVE = Path(__file__).with_name("drive.py")

_HOSTS = {
    "good certificate": Host("shop.example.com", "good"),
    "good certificate, RSA": Host("www.example.com", "rsa"),
    "in an IfModule": Host("blog.example.com", "other", wrapped=True),
    "must-staple": Host("login.example.com", "must-staple"),
    "switched off by its administrator": Host("legacy.example.com", "third", Switch(on=False)),
    "no OCSP URI": Host("le.example.com", "no-ocsp"),
    "issuer not in the file": Host("wiki.example.com", "leaf-only"),
    "responder speaks https": Host("partner.example.com", "https-responder"),
    "self-signed": Host("dev.example.com", "self-signed"),
    "responder does not answer": Host("mail.example.com", "dead-responder"),
}


@dataclass(frozen=True)
class Seen:
    """What one of the programs wrote, and how the server behaves.

    Attributes:
        written: stapling directives in the file of each host, by host.
        clients: what a client gets, by host.
        files: number of files that were changed or created.
        lines: number of lines.
        caches: number of SSLStaplingCache directives.
        log: numbers of the errors and warnings about stapling.

    """

    written: dict[str, str]
    clients: dict[str, str]
    files: int
    lines: int
    caches: int
    log: tuple[str, ...]


def main(arguments: list[str]) -> int:
    """Print the table."""
    python = arguments[0] if arguments else PYTHON
    with Lab() as lab:
        theirs = _seen(lab, "certbot", lambda written: _certbot(lab, written, python))
        ours = _seen(lab, "fix", lambda written: _fix(lab, written))
    sys.stdout.write("\n".join(_table(theirs, ours)) + "\n")
    return 0


def _seen(lab: Lab, name: str, change: Callable[[Written], None]) -> Seen:
    with ReservedPort() as port:
        tree = Tree(Layout.DEBIAN, tuple(_HOSTS.values()))
        written = write(tree, lab.folder / name, lab.certificates_folder, port.number)
        before = texts(written.root)
        change(written)
        after = texts(written.root)
        clients = _clients(written, port.number)
    log = "".join(path.read_text() for path in (written.root / "logs").iterdir())
    faults = re.findall(r"\[ssl:(?:error|warn)\].*?\b(AH\d{5})\b", log)
    changed = {path for path in after if after[path] != before.get(path)}
    sites = {host.name: f"sites-available/{host.name}.conf" for host in _HOSTS.values()}
    return Seen(
        {name: _stapling(after[path]) for name, path in sites.items()},
        clients,
        len(changed),
        changed_lines(before, after),
        sum(
            len(re.findall(rb"^\s*SSLStaplingCache", text, re.MULTILINE))
            for path, text in after.items()
            if not path.startswith("mods-available")
        ),
        tuple(sorted(set(faults))),
    )


def _stapling(text: bytes) -> str:
    """The directives for stapling in a host's file, in order; SSLUseStapling with its argument."""
    names = r"^\s*(SSL(?:UseStapling\s+\S+|Stapling\w+|CertificateChainFile))"
    found = re.findall(names, text.decode(), re.MULTILINE)
    return ", ".join(" ".join(each.split()) for each in found) or "nothing"


def _clients(written: Written, port: int) -> dict[str, str]:
    log, pid = written.root / "logs", written.root / "httpd.pid"
    command = [BINARY, "-d", str(written.root), "-f", str(written.main), "-DFOREGROUND"]
    child = Child(command, output=log / "stderr", environment=written.environment)
    try:
        wait_until(lambda: not child.running or pid.exists(), 15)
        if not child.running:
            return dict.fromkeys((host.name for host in _HOSTS.values()), "httpd does not start")
        return {host.name: _client(port, host.name) for host in _HOSTS.values()}
    finally:
        child.stop(0.3)


def _client(port: int, name: str) -> str:
    made = handshake(port, name)
    if not made.connected:
        return "handshake aborted"
    return f"staple: {made.staple}" if made.staple else "no staple"


def _certbot(lab: Lab, written: Written, python: str) -> None:
    ctl = lab.folder / "apachectl"
    exports = "".join(f"export {k}={shlex.quote(v)}\n" for k, v in written.environment.items())
    ctl.write_text(
        f'#!/bin/sh\n{exports}case "$1" in configtest) set -- -t ;; graceful) exit 0 ;; esac\n'
        f'exec {BINARY} -d {written.root} -f {written.main} "$@"\n'
    )
    ctl.chmod(0o755)
    state, names = lab.folder / "certbot-state", [host.name for host in _HOSTS.values()]
    command = [python, str(DRIVE), str(state), str(written.root), str(ctl), *names]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _fix(lab: Lab, written: Written) -> None:
    environment = {**os.environ, "XDG_STATE_HOME": str(lab.folder / "state")}
    command = [sys.executable, "-m", "apachestaple", "fix", "--configtest", "always"]
    done = subprocess.run(
        [*command, str(written.main)], env=environment, check=False, stdout=subprocess.DEVNULL
    )
    if done.returncode == 2:
        raise RuntimeError("fix could do nothing")


def _table(theirs: Seen, ours: Seen) -> list[str]:
    rows = ["| host | certbot writes | clients get | fix writes | clients get |"]
    rows.append("|---|---|---|---|---|")
    for about, host in _HOSTS.items():
        cells = [seen[host.name] for seen in (theirs.written, theirs.clients)]
        cells += [seen[host.name] for seen in (ours.written, ours.clients)]
        rows.append(f"| {' | '.join([about, *cells])} |")
    for what in ("files", "lines", "caches"):
        found = (getattr(theirs, what), getattr(ours, what))
        rows.append(f"| **{what}** | {found[0]} | | {found[1]} | |")
    logs = [", ".join(seen.log) or "none" for seen in (theirs, ours)]
    rows.append(f"| **errors in the log** | {logs[0]} | | {logs[1]} | |")
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
