"""``python -m tests.branches.played``: run the tests of the table and compare what httpd logs.

For each branch that is played, every AH number of its row must be in the log of one of its tests,
unless the row says "or none".
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .recording import RECORDS, recorded
from .table import Branch, branches

_MAY_BE_MISSING = "or none"


def main() -> int:
    """Print the branches whose numbers are not logged; 0 if there are none."""
    table = branches()
    tests = sorted({test for branch in table for test in branch.tests})
    with tempfile.TemporaryDirectory() as folder:
        plugin = ["-p", recorded.__module__]
        command = [sys.executable, "-m", "pytest", *plugin, *tests]
        done = subprocess.run(command, env={**os.environ, RECORDS: folder}, check=False)
        found = list(differences(table, recorded(Path(folder))))
    sys.stdout.writelines(f"{line}\n" for line in found)
    return done.returncode or bool(found)


def differences(table: list[Branch], logged: dict[str, set[str]]) -> Iterator[str]:
    """A line for each played branch with numbers that ``logged`` (by node id) does not have."""
    for branch in table:
        numbers = set[str]().union(*(logged.get(test, set()) for test in branch.tests))
        missing = set(re.findall(r"AH\d{5}", branch.log)) - numbers
        if branch.tests and missing and not branch.log.endswith(_MAY_BE_MISSING):
            yield f"{branch.part}: {branch.condition}: not logged: {' '.join(sorted(missing))}"


if __name__ == "__main__":
    sys.exit(main())
