"""The wheel, and environments in which the program is installed.

An installation takes long, so all processes of pytest-xdist use the same.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from tests.project import copy_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def shared_folder(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """A folder of this test run, which no other process uses in the meantime."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    with FileLock(folder.with_name(f"{name}.lock")):
        yield folder


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from a copy of its working tree."""
    with shared_folder(tmp_path_factory, "wheel") as folder:
        if not list(folder.glob("*.whl")):
            copy_project(folder / "project")
            pip("wheel", "--no-deps", "-w", str(folder), str(folder / "project"))
        (built,) = folder.glob("*.whl")
    return built


def pip(*arguments: str) -> None:
    """Run the pip of this environment, because an installation of pip takes seconds."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(
        command, cwd="/", env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def environment() -> dict[str, str]:
    """The environment here, without what would lead Python or pip back to the project."""
    hidden = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX"}
    return {name: value for name, value in os.environ.items() if name not in hidden}
