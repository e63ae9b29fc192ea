"""The lab is one for the whole session."""

pytest_plugins = ["tests.lab.fixture", "tests.lab.world"]
