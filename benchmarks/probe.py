"""Compares probe with a loop of openssl s_client: ``python -m benchmarks.probe``.

One httpd has all hosts, each with a name of its own, and with --certificates also with a
certificate of its own; the responder is that of the tests' lab. Every program makes one handshake
with a status request for each host, and probe one more for certificates with another type of key.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from apachestaple.rules.rule import CACHE, tls_host
from tests.lab.play import Lab

_ROOT = Path(__file__).parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the server, measure in turn, and print the medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.probe", description=__doc__)
    parser.add_argument("--hosts", metavar="N", type=int, default=1000, help="[1000]")
    parser.add_argument("--rounds", metavar="N", type=int, default=3, help="[3]")
    parser.add_argument("--concurrency", metavar="N", type=int, default=50, help="[50]")
    parser.add_argument("--certificates", action="store_true", help="a certificate for each host")
    given = parser.parse_args(arguments)
    names = [f"h{number}.example.com" for number in range(given.hosts)]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        lab = stack.enter_context(Lab())
        hosts = dict.fromkeys(names, "good")
        if given.certificates:
            hosts = {name: name.partition(".")[0] for name in names}
            for name, certificate in hosts.items():
                lab.authority.issue(certificate, names=[name])
        text = "".join(tls_host(name=name, certificate=file) for name, file in hosts.items())
        cache = CACHE.replace("131072", "8000000")
        httpd = stack.enter_context(lab.httpd(f"{cache}SSLUseStapling on\n{text}"))
        if not httpd.start(timeout=120):
            sys.exit("httpd does not start")
        targets = Path(folder, "targets")
        targets.write_text("".join(f"{name}:{httpd.port}\n" for name in names))
        root = str(lab.authority.root_file)
        programs: dict[str, Callable[[], None]] = {
            "apachestaple probe": lambda: _probe(targets, root, given.concurrency),
            "openssl s_client": lambda: _openssl(names, httpd.port, root),
        }
        seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
        for number in range(given.rounds + 1):
            for name, program in programs.items():
                begin, before = time.perf_counter(), _processor_time()
                program()
                taken = time.perf_counter() - begin, _processor_time() - before
                # In the first round, httpd fetches the staples.
                if number:
                    seconds[name].append(taken)
    for number, what in enumerate(("duration", "processor time")):
        medians = {
            name: statistics.median(taken[number] for taken in each)
            for name, each in seconds.items()
        }
        for name, median in medians.items():
            print(f"{name:20} {median:7.2f} s {what}")
        print(f"{'ratio':20} {medians['openssl s_client'] / medians['apachestaple probe']:7.1f}")
    return 0


def _processor_time() -> float:
    """Of the programs that have ended, in seconds; httpd is running."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _probe(targets: Path, root: str, concurrency: int) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "apachestaple", "probe", "--targets", targets),
            *("--address", "127.0.0.1", "--cafile", root, "--require-staple"),
            *("--concurrency", str(concurrency), "--format", "json"),
        ],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"probe: {done.stdout[:2000]}{done.stderr}")


def _openssl(names: Sequence[str], port: int, root: str) -> None:
    for name in names:
        done = subprocess.run(
            [
                *("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", name),
                *("-status", "-CAfile", root, "-verify_return_error", "-verify_hostname", name),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or "Cert Status: good" not in done.stdout:
            sys.exit(f"openssl: {done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
