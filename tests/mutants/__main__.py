"""Draws mutants of the core and runs the tests that reach them: ``python -m tests.mutants 400``.

Exit code 1: the tests did not run.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from tests.mutants.population import draw, mutants
from tests.mutants.reach import Reach
from tests.mutants.record import record
from tests.mutants.trial import Bench, Outcome, Result
from tests.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.mutants.population import Mutant

_WORKERS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, try and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("number", type=int, help="how many mutants are drawn")
    parser.add_argument("seed", nargs="?", default="", help="the same number draws the same ones")
    parser.add_argument("--only", default="", help="draw from those whose name contains this")
    parser.add_argument(
        "--seconds", type=float, default=60, help="run tests of so many seconds for each mutant"
    )
    given = parser.parse_args(arguments)
    seed = int(given.seed or secrets.randbelow(1_000_000))
    population = [mutant for mutant in mutants(ROOT) if given.only in mutant.name]
    drawn = draw(population, given.number, seed)
    _say(f"{len(drawn)} of {len(population)} mutants are drawn, SEED={seed}.")
    results = []
    for result in _try_all(drawn, given.seconds):
        results.append(result)
        _say(f"{len(results):4}/{len(drawn)} {_line(result)}")
    _say(_summary(results))
    return 0


def _try_all(drawn: list[Mutant], seconds: float) -> Iterator[Result]:
    """Try the mutants on as many benches as there are workers; results come as they are there."""
    begin = time.monotonic()
    recorded = record()
    _say(
        f"{len(recorded.seconds)} tests are recorded ({time.monotonic() - begin:.0f} s)."
        + "".join(f"\n  fails without a mutant: {test}" for test in sorted(recorded.failed))
    )
    reach = Reach(ROOT, recorded)
    free: SimpleQueue[Bench] = SimpleQueue()

    def try_one(mutant: Mutant) -> Result:
        bench = free.get()
        try:
            return bench.try_mutant(mutant, reach.chosen(mutant, seconds))
        finally:
            free.put(bench)

    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        benches = [Bench(Path(folder, str(number))) for number in range(_WORKERS)]
        for bench in benches:
            free.put(bench)
        pool = ThreadPoolExecutor(_WORKERS)
        try:
            for future in as_completed([pool.submit(try_one, mutant) for mutant in drawn]):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for bench in benches:
                bench.stop()
            pool.shutdown()


def _line(result: Result) -> str:
    by = f" by {result.killer}" if result.killer else f" ({result.tests} tests)"
    return f"{result.outcome.value:8} {result.seconds:5.1f} s {result.mutant.name}{by}"


def _summary(results: list[Result]) -> str:
    survivors = [result for result in results if result.outcome is Outcome.SURVIVED]
    lines = []
    for result in sorted(survivors, key=lambda result: result.mutant.name):
        original = (ROOT / result.mutant.path).read_text(encoding="utf-8")
        said = f"{result.tests} tests reach it" if result.tests else "no test reaches it"
        lines += ["", f"Survived: {result.mutant.name} ({said})", result.mutant.diff(original)]
    counts = ", ".join(
        f"{sum(result.outcome is outcome for result in results)} {outcome.value}"
        for outcome in Outcome
    )
    rate = 100 * (1 - len(survivors) / len(results)) if results else 100
    return "\n".join([*lines, f"{counts}: {rate:.1f} % of {len(results)} mutants were killed."])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
