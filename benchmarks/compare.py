"""Compares httpd -t, reading, lint and other programs: ``python -m benchmarks.compare``."""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Runs, measure, run
from benchmarks.programs import AUGTOOL, HTTPD, httpd, others, ours, repairs, small, stock_as_is
from benchmarks.tables import Table, figures, growth, markdown, plain

_ROOT = Path(__file__).parents[1]

# Rounds for the small file, which take little time.
_SMALL_ROUNDS = 21


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print a table for each configuration."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="no tree of 10,000 hosts")
    parser.add_argument("--ours", action="store_true", help="httpd and apachestaple alone")
    parser.add_argument("--repairs", action="store_true", help="fix and lint alone")
    parser.add_argument("--hosts", metavar="N", type=int, nargs="+", help="[100 1000 10000]")
    parser.add_argument("--rounds", metavar="N", type=int, default=7, help="[7]")
    parser.add_argument("--markdown", action="store_true", help="as for docs/performance.md")
    given = parser.parse_args(arguments)
    sizes = given.hosts or ([100, 1000] if given.quick else [100, 1000, 10000])
    table = markdown if given.markdown else plain
    heading = "### " if given.markdown else "== "
    print(_machine(), flush=True)
    if given.repairs:
        _repairs(sizes[-1], given.rounds, table, heading)
        return 0

    found: dict[int, list[Runs]] = {}
    for hosts in sizes:
        print(f"\n{heading}{hosts:,} virtual hosts, one file per host\n", flush=True)
        found[hosts] = _tree(hosts, given.rounds, table, one_file=False, alone=given.ours)
    print(f"\n{heading}{sizes[-1]:,} virtual hosts in a single file\n", flush=True)
    _tree(sizes[-1], given.rounds, table, one_file=True, alone=given.ours)
    _repairs(sizes[-1], given.rounds, table, heading)
    if 1000 in found and 10000 in found:
        print(f"\n{heading}Growth of the time from 1,000 to 10,000 hosts\n")
        print(table(growth(found[1000], found[10000])))
    print(f"\n{heading}One small file\n", flush=True)
    with made(1, one_file=False) as (main_file, environment):
        print(table(figures(measure(small(main_file), _SMALL_ROUNDS, environment))))
    return 0


def _tree(hosts: int, rounds: int, table: Table, *, one_file: bool, alone: bool) -> list[Runs]:
    with made(hosts, one_file=one_file) as (main_file, environment):
        programs = [httpd(main_file), *ours(main_file, hosts)]
        if not alone:
            programs += others(main_file, hosts, main_file.parents[1])
        found = measure(programs, rounds, environment)
        print(table(figures(found)))
        for runs in found:
            for note in sorted(runs.notes):
                print(f"\n{runs.program.name}: {note}")
        if hosts == 100 and not alone:
            said = run(stock_as_is(main_file), environment)[2].rpartition("note: ")[2].strip()
            print(f"\napacheconfig with `preservewhitespace` left on (not timed): {said}")
    return found


def _repairs(hosts: int, rounds: int, table: Table, heading: str) -> None:
    for one_file, where in ((False, "one file per host"), (True, "a single file")):
        print(f"\n{heading}Repair of {hosts:,} virtual hosts, {where}\n", flush=True)
        with made(hosts, one_file=one_file, without_ocsp=True) as (main_file, environment):
            print(table(figures(measure(repairs(main_file, hosts), rounds, environment))))


@contextmanager
def made(
    hosts: int, *, one_file: bool, without_ocsp: bool = False
) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """A configuration in a temporary folder, made by a child process, and its variables."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name, "apache2")
        command = [sys.executable, "-m", "benchmarks.trees", str(root), "--hosts", str(hosts)]
        command += ["--one-file"] * one_file + ["--without-ocsp"] * without_ocsp
        subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.DEVNULL)
        environment = {
            **os.environ,
            "APACHE_RUN_DIR": name,
            "APACHE_LOG_DIR": name,
            "APACHE_PID_FILE": str(Path(name, "apache2.pid")),
        }
        for variable in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"):
            environment.pop(variable, None)
        yield root / "apache2.conf", environment


def _machine() -> str:
    """The properties of this machine that affect the figures."""
    cores = f"{os.cpu_count()} cores, {_processor()}"
    system = f"{platform.system()} {platform.release()}"
    versions = [f"Python {platform.python_version()}", _version(HTTPD, "-v")]
    versions += [_version(AUGTOOL, "--version")]
    return ", ".join([cores, system, *filter(None, versions)])


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2] for line in text.splitlines() if line.startswith("model name")]
    return names[0].strip() if names else platform.machine()


def _version(binary: str, option: str) -> str:
    """The first line of a program's version output."""
    try:
        done = subprocess.run([binary, option], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    lines = (done.stdout + done.stderr).splitlines()
    return lines[0].partition("version: ")[2] or lines[0].partition(" <")[0] if lines else ""


if __name__ == "__main__":
    sys.exit(main())
