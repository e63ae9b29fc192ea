"""Compares ``apachestaple explain`` with grep, sort and uniq.

python -m benchmarks.explain [--megabytes 1000] [--rounds 5] [--markdown]
"""

import argparse
import os
import shlex
import tempfile
from pathlib import Path

from benchmarks.logs import write_log
from benchmarks.measure import measure
from benchmarks.programs import Program, apachestaple
from benchmarks.tables import figures, markdown, plain

# Shares of stapling messages, from a server whose responder sometimes fails to only such messages.
SHARES = (0.0, 0.02, 1.0)


def programs(log: Path, failures: int) -> list[Program]:
    """The two command lines; explain exits with 1 if it finds problems."""
    file = shlex.quote(str(log))
    counted = f"grep -E 'AH[0-9]{{5}}' {file} | sort | uniq -c | wc -l"
    explained = f"{shlex.quote(apachestaple())} explain {file}; [ $? -eq {int(failures > 0)} ]"
    says = f"{failures:,} times" if failures else "No stapling problems"
    return [
        Program("grep, sort, uniq", ["sh", "-c", counted]),
        Program("apachestaple explain", ["sh", "-c", explained], says),
    ]


def main() -> None:
    """Write the logs, measure, and print a table for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--markdown", action="store_true")
    wanted = parser.parse_args()
    table = markdown if wanted.markdown else plain
    for share in SHARES:
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "error.log"
            failures = write_log(log, wanted.megabytes * 1_000_000, stapling=share)
            found = measure(programs(log, failures), wanted.rounds, os.environ)
        print(f"\n{wanted.megabytes:,} MB, {share:.0%} of it failures of the responder\n")
        print(table(figures(found)))


if __name__ == "__main__":
    main()
