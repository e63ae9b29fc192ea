"""Merges the results of many servers with ``report``: ``python -m benchmarks.fleet [SERVERS]``.

Each server has 100 hosts, as ``lint --format json`` prints them. Prints time and memory of all
processes for each format, and how long Chromium needs to open the page, to filter and to sort it.
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

from playwright.sync_api import sync_playwright

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
        results = os.path.join(folder, "results")
        os.mkdir(results)
        size = sum(_write(results, number) for number in range(servers))
        print(f"{servers:,} servers with {HOSTS} hosts: {size / 1e6:,.0f} MB of JSON")
        print(f"{'format':10} {'seconds':>8} {'CPU':>8} {'MB':>6} {'output':>10}")
        for form in ("markdown", "csv", "json", "html"):
            _measure(results, form, os.path.join(folder, f"report.{form}"))
        _measure_page(os.path.join(folder, "report.html"))


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


def _measure(folder: str, form: str, output: str) -> None:
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
    print(f"{form:10} {seconds:8.1f} {used:8.1f} {peak / 1e6:6.0f} {size:7.1f} MB")


# What a reader does, as calls of functions of the page.
_ACTIONS = (
    ("all hosts", "change({table: 'hosts', facets: [], q: ''})"),
    ("hosts that do not staple", "setFacet('staples', 'no')"),
    ("search for site012", "change({facets: [], q: 'site012'})"),
    ("search for two words", "change({facets: [], q: 'site0 web00012'})"),
    ("search within a filter", "change({facets: [['staples', 'unknown']], q: 'example'})"),
    ("sort by expiry", "change({facets: [], q: '', sort: 'end'})"),
    ("sort by name, first time", "sortBy('name')"),
    ("sort by name, again", "sortBy('name')"),
)


def _measure_page(path: str) -> None:
    """Times in Chromium: by the clock, and of its processor alone for a machine that is busy."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_page()
        metrics = page.context.new_cdp_session(page)
        metrics.send("Performance.enable", {"timeDomain": "threadTicks"})

        def used() -> float:
            values = metrics.send("Performance.getMetrics")["metrics"]
            (found,) = (one["value"] for one in values if one["name"] == "TaskDuration")
            return float(found)

        print(f"{'page':28} {'ms':>8} {'CPU':>8}")
        before, start = used(), time.monotonic()
        page.goto(f"file://{path}", wait_until="commit")
        page.wait_for_selector("html[data-ready]", state="attached", timeout=120_000)
        print(
            f"{'open':28} {1000 * (time.monotonic() - start):8.0f} {1000 * (used() - before):8.0f}"
        )
        for name, action in _ACTIONS:
            before = used()
            timed = f"const start = performance.now(); {action}; return performance.now() - start;"
            passed = page.evaluate(f"() => {{ {timed} }}")
            print(f"{name:28} {passed:8.0f} {1000 * (used() - before):8.0f}")
        browser.close()


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
