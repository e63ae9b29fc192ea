"""Merges the results of many servers with ``report``: ``python -m benchmarks.fleet [SERVERS]``.

Each server has 100 hosts, as ``lint --format json`` prints them. Prints time and memory of all
processes for each format.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

from tests.documents import certificate, document, finding, host

HOSTS = 100
_AUTHORITIES = [f"CN=Authority {number},O=Example Trust,C=DE" for number in range(40)]
_REASONS = (
    (True, "mod_ssl staples the responses of {url}"),
    (True, "mod_ssl staples the responses of {url}"),
    (True, "mod_ssl staples the responses of {url}"),
    (False, "its certificate has no OCSP URI"),
    (False, "the issuer of its certificate is not in the chain"),
    (False, "SSLUseStapling is off"),
    (None, "certs/{name}.pem was not read"),
)
_RULES = (
    ("AS304", "no-ocsp-uri", "warning"),
    ("AS305", "issuer-not-found", "warning"),
    ("AS201", "missing-stapling-cache", "error"),
    ("AS501", "stapling-off", "info"),
)


def main(servers: int = 10_000) -> None:
    """Write the results, and merge them into each format."""
    with tempfile.TemporaryDirectory() as folder:
        made = time.monotonic()
        size = sum(_write(folder, number) for number in range(servers))
        print(f"{servers:,} servers with {HOSTS} hosts: {size / 1e6:,.0f} MB of JSON")
        print(f"(made in {time.monotonic() - made:.0f} s)")
        print(f"{'format':10} {'seconds':>8} {'CPU':>8} {'MB':>6} {'output':>10}")
        for form in sys.argv[2:] or ("markdown", "csv", "json", "html"):
            _measure(folder, form)


def _write(folder: str, number: int) -> int:
    chance = random.Random(number)  # noqa: S311  (not for cryptography)
    name = f"web{number:05}.example.com"
    hosts = [_host(chance, name, each) for each in range(HOSTS)]
    findings = []
    for code, title, severity in _RULES:
        about = [{**one, "file": one["file"]} for one in chance.sample(hosts, 3)]
        findings += [
            finding(
                code,
                name=title,
                severity=severity,
                message=f"the certificate of {one['name']} has a problem",
                file=one["file"],
                hosts=[{key: one[key] for key in ("name", "file", "line")}],
            )
            for one in about
        ]
    text = json.dumps(document(name, hosts, findings), indent=2)
    with open(os.path.join(folder, f"{name}.json"), "w", encoding="ascii") as file:
        file.write(text)
    return len(text)


def _host(chance: random.Random, server: str, number: int) -> dict[str, object]:
    name = f"site{number:03}.{server}"
    url = f"http://ocsp{chance.randrange(60)}.example.net"
    staples, why = chance.choice(_REASONS)
    day = chance.randrange(400)
    own = certificate(
        path=f"/etc/apache2/certs/{name}.pem",
        subject=f"CN={name}",
        issuer=chance.choice(_AUTHORITIES),
        ocsp_uris=[url],
        responder=url,
        not_after=f"{2026 + day // 365}-{1 + day % 12:02}-{1 + day % 28:02}T11:09:27+00:00",
    )
    return host(
        f"{name}:443",
        file=f"/etc/apache2/sites-enabled/{name}.conf",
        certificates=[own],
        staples=staples,
        why=why.format(url=url, name=name),
    )


def _measure(folder: str, form: str) -> None:
    output = os.path.join(folder, "report.out")
    command = [sys.executable, "-m", "apachestaple", "report", folder]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.Popen([*command, "--format", form, "--output", output])
    peak = 0
    while process.poll() is None:
        peak = max(peak, _memory(process.pid))
        time.sleep(0.2)
    seconds = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    size = os.path.getsize(output) / 1e6
    os.unlink(output)
    print(f"{form:10} {seconds:8.1f} {used:8.1f} {peak / 1e6:6.0f} {size:7.1f} MB")


def _memory(process: int) -> int:
    """The memory of a process and its children in bytes; a shared page counts in part (PSS)."""
    total = 0
    try:
        with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
            children = [int(child) for child in file.read().split()]
        with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:
            total = sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return total * 1024 + sum(map(_memory, children))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
