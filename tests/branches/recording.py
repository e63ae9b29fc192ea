"""A pytest plugin that writes down which AH numbers httpd logs in a test.

``-p tests.branches.recording``; the variable RECORDS names the folder to write to.
"""

import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.lab.server import Httpd

RECORDS = "RECORDS"

_logged: set[str] = set()
_stop = Httpd.stop


def _recorded_stop(httpd: Httpd, *, grace: float = 0.3) -> None:
    _stop(httpd, grace=grace)
    _logged.update(httpd.log_ids())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Append the test and its numbers to the file of this process."""
    _logged.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Httpd, "stop", _recorded_stop)
        result = yield
    with Path(os.environ[RECORDS], f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps([item.nodeid, sorted(_logged)]) + "\n")
    return result


def recorded(folder: Path) -> dict[str, set[str]]:
    """The numbers by node id, of all processes."""
    lines = (line for file in folder.iterdir() for line in file.open(encoding="utf-8"))
    return {test: set(numbers) for test, numbers in map(json.loads, lines)}
