"""``python -m tests.branches.collected FILE…``: the tests in files, with their fixtures, as JSON.

A test runs it in another process, since pytest keeps state that a second run would change.
"""

import contextlib
import io
import json
import sys

import pytest


class _Collected:
    def __init__(self) -> None:
        self.fixtures: dict[str, list[str]] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for test in session.items:
            assert isinstance(test, pytest.Function)
            self.fixtures[test.nodeid] = list(test.fixturenames)


def main(files: list[str]) -> int:
    """Write an object from node ids to the names of fixtures; the code is pytest's own."""
    collected, output = _Collected(), io.StringIO()
    options = ["--collect-only", "-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:xdist"]
    with contextlib.redirect_stdout(output):
        code = pytest.main([*options, *files], plugins=[collected])
    if code:
        sys.stderr.write(output.getvalue())
    json.dump(collected.fixtures, sys.stdout)
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
