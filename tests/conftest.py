"""Fixtures for all tests."""

pytest_plugins = ["tests.lab.fixture", "tests.lab.world"]
