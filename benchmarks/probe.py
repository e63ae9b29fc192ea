"""Compares probe with a loop of openssl s_client: ``python -m benchmarks.probe``.

One httpd has all hosts, each with a name of its own; the certificate and the responder are those of
the tests' lab. Every program makes one handshake with a status request for each host, and probe one
more for certificates with another type of key.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
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
    given = parser.parse_args(arguments)
    names = [f"h{number}.example.com" for number in range(given.hosts)]
    hosts = "".join(tls_host(name=name) for name in names)
    with (
        tempfile.TemporaryDirectory() as folder,
        Lab() as lab,
        lab.httpd(f"{CACHE}SSLUseStapling on\n{hosts}") as httpd,
    ):
        if not httpd.start():
            sys.exit("httpd does not start")
        targets = Path(folder, "targets")
        targets.write_text("".join(f"{name}:{httpd.port}\n" for name in names))
        root = str(lab.authority.root_file)
        programs: dict[str, Callable[[], None]] = {
            "apachestaple probe": lambda: _probe(targets, root, given.concurrency),
            "openssl s_client": lambda: _openssl(names, httpd.port, root),
        }
        seconds: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(given.rounds):
            for name, program in programs.items():
                begin = time.perf_counter()
                program()
                seconds[name].append(time.perf_counter() - begin)
    medians = {name: sorted(each)[len(each) // 2] for name, each in seconds.items()}
    for name, median in medians.items():
        print(f"{name:20} {median:7.2f} s")
    print(f"{'ratio':20} {medians['openssl s_client'] / medians['apachestaple probe']:7.1f}")
    return 0


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
