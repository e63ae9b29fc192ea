"""The pytest fixture ``lab``. With pytest-xdist, each worker has its own."""

from collections.abc import Iterator

import pytest

from .play import Lab


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """A lab for the whole session."""
    with Lab() as running:
        yield running
