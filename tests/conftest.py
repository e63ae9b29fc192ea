"""Fixtures for all tests."""

import os
import signal

import pytest

pytest_plugins = ["tests.installation", "tests.lab.fixture", "tests.lab.world"]


def pytest_configure() -> None:
    """Let SIGINT and SIGHUP end programs that tests start, wherever pytest runs.

    A shell makes its jobs in the background ignore SIGINT, and nohup makes a program ignore SIGHUP.
    Every process inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


# Files with tests that take many seconds. If such a test began last, the other workers would wait.
_LONG = (
    "test_contributing",
    "test_pre_commit",
    "test_ci",
    "test_packaging",
    "test_killed",
    "test_filesystem",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests first."""
    items.sort(key=lambda item: item.path.stem not in _LONG)


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist, there is no such hook
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than processors, because many tests wait for servers."""
    return len(os.sched_getaffinity(0)) + 1
