"""A pytest plugin: says to coverage which test is running, and notes how long each takes."""

from __future__ import annotations

import functools
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import coverage
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

# Names the file for what is noted.
RECORD = "MUTANTS_RECORD"

_Cached = functools._lru_cache_wrapper


class _Notes:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()


_NOTES = _Notes()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for cached in _cached_functions():
        cached.cache_clear()
    _switch(item, "setup")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    _switch(item, "call")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    _switch(item, "teardown")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        _NOTES.failed.add(report.nodeid)
    if report.when == "call":
        _NOTES.seconds[report.nodeid] = report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput"):
        return
    noted = {"seconds": _NOTES.seconds, "failed": sorted(_NOTES.failed)}
    Path(os.environ[RECORD]).write_text(json.dumps(noted), encoding="utf-8")


def _switch(item: pytest.Item, when: str) -> None:
    current = coverage.Coverage.current()
    if current is not None:
        # The form of PYTEST_CURRENT_TEST, which names the test in the processes that it starts.
        current.switch_context(f"{item.nodeid} ({when})")


def _cached_functions() -> Iterator[_Cached[object]]:
    """Functions that remember results: only the first test that calls them would reach them.

    The catalogue stays, because tests compare rules by identity.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith("apachestaple."):
            for value in vars(module).values():
                if isinstance(value, _Cached) and value.__name__ != "all_rules":
                    yield value
