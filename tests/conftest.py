"""Fixtures for all tests."""

import os
import signal

import pytest

pytest_plugins = ["tests.lab.fixture", "tests.lab.world"]


def pytest_configure() -> None:
    """Let SIGINT end programs that tests start, even if a shell runs pytest in the background.

    Such a shell makes its jobs ignore SIGINT, and every process inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


# Files with tests that take many seconds. If such a test began last, the other workers would wait.
_LONG = ("test_pre_commit", "test_ci", "test_packaging", "test_killed", "test_filesystem")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests first."""
    items.sort(key=lambda item: item.path.stem not in _LONG)


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist, there is no such hook
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than processors, because many tests wait for servers."""
    return len(os.sched_getaffinity(0)) + 1
