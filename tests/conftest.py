"""Fixtures for all tests."""

import os
import signal

import pytest

pytest_plugins = ["tests.browser", "tests.installation", "tests.lab.fixture", "tests.lab.world"]


def pytest_configure() -> None:
    """Let SIGINT and SIGHUP end programs that tests start, wherever pytest runs.

    A shell makes its jobs in the background ignore SIGINT, and nohup makes a program ignore SIGHUP.
    Every process inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


# Files with tests that take many seconds, the longest first. If such a test began last, the other
# processes would wait.
_LONG = (
    "test_fleet",
    "test_fleet_program",
    "test_contributing",
    "test_ansible",
    "test_site",
    "test_fleet_page",
    "test_ci",
    "test_pre_commit",
    "test_killed",
    "test_packaging",
    "test_filesystem",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the longest tests first, in all processes.

    In the beginning, each process of pytest-xdist gets one part of the tests in their order.
    """
    processes: int = getattr(config, "workerinput", {"workercount": 1})["workercount"]
    longest: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for number, name in enumerate(_LONG):
        longest[number % processes] += [item for item in items if item.path.stem == name]
    others = [item for item in items if item.path.stem not in _LONG]
    ordered: list[pytest.Item] = []
    for number, first in enumerate(longest):
        part = (len(items) - len(ordered)) // (processes - number)
        rest = max(part - len(first), 0)
        ordered += first + others[:rest]
        del others[:rest]
    items[:] = ordered + others


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist, there is no such hook
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than processors, because many tests wait for servers."""
    return len(os.sched_getaffinity(0)) + 1
