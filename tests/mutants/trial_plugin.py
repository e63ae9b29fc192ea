"""A pytest plugin: runs the tests that reach a mutant, in their order, each within its time."""

from __future__ import annotations

import faulthandler
import json
import os
import resource
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

# Names the folder for `TESTS`, `KILLER` and `TIMEOUT`.
FOLDER = "MUTANTS_TRIAL"

# The tests and the seconds that each may take, as a JSON object in the order to run them.
TESTS = "tests.json"
# What killed the mutant: the name of the test.
KILLER = "killer"
# Where Python writes which code was running when a test took too long.
TIMEOUT = "timeout"

# A mutant may fill the memory: it gets at most this much, in bytes, in each process.
_MEMORY = 4 << 30


class Trial:
    """The tests of one mutant."""

    def __init__(self, folder: Path) -> None:
        self._limits: dict[str, float] = json.loads((folder / TESTS).read_text(encoding="utf-8"))
        self._killer = folder / KILLER
        self._timeout = (folder / TIMEOUT).open("w", encoding="utf-8")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        found = {item.nodeid: item for item in items}
        items[:] = [found[name] for name in self._limits if name in found]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._killer.write_text(item.nodeid, encoding="utf-8")
        limit = self._limits[item.nodeid]
        faulthandler.dump_traceback_later(limit, exit=True, file=self._timeout)
        try:
            return (yield)
        finally:
            faulthandler.cancel_dump_traceback_later()


def pytest_configure(config: pytest.Config) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    config.pluginmanager.register(Trial(Path(os.environ[FOLDER])))
