"""Runs the checks by hand of a rule's page on a server of the lab, as an administrator does."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import LOG, checks
from tests.lab.server import BINARY

if TYPE_CHECKING:
    from pathlib import Path

    from apachestaple.rules.rule import Rule
    from tests.lab.server import Httpd

# The folder of the configuration on the pages.
_SHOWN_ROOT = "/etc/apache2"
_S_CLIENT = "s_client -no-CAfile -no-CApath -no-CAstore"
# What differs in each run, and what the pages show instead of it.
_VARYING = (
    (re.compile(r"http://127\.0\.0\.1:\d{5}\b"), "http://ocsp.example.com"),
    (re.compile(r"127\.0\.0\.1:\d{5}\b"), "ocsp.example.com:80"),
    (re.compile(r"\b[0-9A-F]{32,}\b"), "0123456789ABCDEF"),
    (re.compile(r"(?<=too big \()\d+"), "12345"),
    (re.compile(r"(?<=with )\d+(?= bytes of data)"), "1234"),
    (re.compile(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}(?= GMT)"), "Jan  1 00:00:00 2026"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b"), "2026-01-01 00:00:00"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "2026-01-01"),
    (re.compile(r"127\.0\.0\.1 port \d+"), "192.0.2.1 port 80"),
    (re.compile(r"(?<=serial number: )\d+"), "4711"),
    (re.compile(r"(?<=response of )\d+"), "12345"),
    (re.compile(r"(?<=at least )\d{5,}(?= bytes are needed)"), "25720"),
    # A hash table of httpd has them in any order.
    (re.compile(r"(?<=known names: )[^)]+"), "default,shmcb,dbm"),
    # The lab includes the file from a main file of its own.
    (re.compile(r"Syntax error on line \d+ of /etc/apache2/httpd\.conf: "), ""),
    (re.compile(r"(Syntax error on line 1 of /etc/apache2/loop\.conf: )\1+.*"), r"\1…"),
    (re.compile(r"(?<=setting key ')[^']+"), "…"),
)


def outputs(httpd: Httpd, rule: Rule, root: Path) -> tuple[str, ...]:
    """The output of each check, as the page shows it; ``root`` is the file of the trusted root."""
    log = httpd.root / "log-of-all"
    log.write_text(httpd.log, errors="surrogateescape")
    (httpd.root / ".curlrc").write_text(
        f'cacert = "{root}"\nnoproxy = "*"\nconnect-to = "::127.0.0.1:{httpd.port}"\n'
    )
    return tuple(_output(httpd, check.command, log) for check in checks(rule) if check.command)


def _output(httpd: Httpd, command: str, log: Path) -> str:
    httpd_command = f"{BINARY} -f {httpd.root}/httpd.conf"
    command = command.replace("apachectl configtest", f"{httpd_command} -t")
    command = command.replace("apachectl", httpd_command).replace(LOG, str(log))
    command = command.replace("s_client", _S_CLIENT)
    command = re.sub(r"(?<=-connect )\S+:443", f"127.0.0.1:{httpd.port}", command)
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=httpd.root,
        env={**httpd.environment, "HOME": str(httpd.root)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        errors="surrogateescape",
        timeout=20,
        check=False,
    )
    return as_shown(httpd, done.stdout)


def as_shown(httpd: Httpd, text: str) -> str:
    """A text with the paths and ports of a page, and without what differs in each run."""
    text = text.replace(str(httpd.root), _SHOWN_ROOT)
    for written, port in httpd.ports.items():
        text = re.sub(rf"\b{port}\b", str(written), text)
    for pattern, shown in _VARYING:
        text = pattern.sub(shown, text)
    return text
