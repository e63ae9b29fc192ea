"""Fixtures for all tests."""

import signal

pytest_plugins = ["tests.lab.fixture", "tests.lab.world"]


def pytest_configure() -> None:
    """Let SIGINT end programs that tests start, even if a shell runs pytest in the background.

    Such a shell makes its jobs ignore SIGINT, and every process inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
