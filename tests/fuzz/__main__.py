# ruff: noqa: T201  (a program)
"""Fuzzes every target for its share of the time: ``python -m tests.fuzz --seconds 600``.

Needs atheris (``pip install 'apachestaple[fuzz]'``). What the fuzzer learned and what it found stay
in the folder ``.fuzz``, so that the next run goes on from there. Exit code 1: something was found.
"""

import argparse
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.failures import failure, smallest
from tests.fuzz.targets import TARGETS, seeds
from tests.project import ROOT

_DICTIONARY = Path(__file__).with_name("httpd.dict")
# libFuzzer's exit codes for its own limits.
_SLOW_OR_BIG = {70: "slower than 20 s", 71: "more than 2 GB of memory"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", metavar="TARGET", nargs="*", help=f"[{' '.join(TARGETS)}]")
    parser.add_argument("--seconds", metavar="N", type=int, default=600, help="in all [600]")
    parser.add_argument("--folder", metavar="DIR", type=Path, default=ROOT / ".fuzz")
    given = parser.parse_args(arguments)
    unknown = set(given.targets) - set(TARGETS)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    targets = given.targets or list(TARGETS)
    found = [_fuzz(name, given.seconds / len(targets), given.folder / name) for name in targets]
    return 1 if any(found) else 0


def _fuzz(name: str, seconds: float, folder: Path) -> int:
    """Fuzz one target until its time is over; the number of different failures."""
    corpus, failures = folder / "corpus", folder / "failures"
    for made in (corpus, failures):
        made.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (corpus / f"seed-{number:02}").write_bytes(seed)
    known = folder / "known"
    known.write_text("", encoding="utf-8")
    found = runs = 0
    end = time.monotonic() + seconds
    while (left := int(end - time.monotonic())) > 0:
        before = set(failures.iterdir())
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.fuzz.run", name, str(known), str(corpus)),
                *(f"-max_total_time={left}", f"-artifact_prefix={failures}/"),
                *(f"-dict={_DICTIONARY}", "-max_len=4096", "-print_final_stats=1"),
                *("-timeout=20", "-rss_limit_mb=2048"),
            ],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        output = done.stderr.decode(errors="replace")
        runs += _executions(output)
        if done.returncode == 0:
            break
        new = set(failures.iterdir()) - before
        if not new:
            sys.exit(f"the fuzzer itself failed, exit code {done.returncode}\n{output[-4000:]}")
        found += 1
        for path in new:
            known_failure = _tell(name, path, _SLOW_OR_BIG.get(done.returncode))
            with known.open("a", encoding="utf-8") as file:
                file.write(f"{known_failure}\n")
        if done.returncode in _SLOW_OR_BIG:
            # It has no signature by which to pass it over.
            break
    print(f"{name}: {runs} inputs, {len(list(corpus.iterdir()))} kept, {found} failures")
    return found


def _executions(output: str) -> int:
    for line in output.splitlines():
        if line.startswith("stat::number_of_executed_units:"):
            return int(line.split()[-1])
    return 0


def _tell(name: str, path: Path, limit: str | None) -> str:
    """Print a failure with its smallest input; its signature."""
    target, data = TARGETS[name], path.read_bytes()
    if limit:
        print(f"\n{name}: {limit}: {path} ({len(data)} bytes)\n")
        return limit
    data = smallest(target, data)
    path.with_name(f"small-{path.name}").write_bytes(data)
    print(f"\n{name}: {path}\nsmallest input: {data!r}")
    try:
        target(data)
    except Exception:  # noqa: BLE001  (it is what was found)
        print(traceback.format_exc())
    return failure(target, data) or "not seen again"


if __name__ == "__main__":
    sys.exit(main())
