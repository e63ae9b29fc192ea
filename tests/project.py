"""The project's own files, for tests that look at it from the outside."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


def project_files() -> Iterator[Path]:
    """Every file but those of folders that tools make."""
    for folder, inner, names in os.walk(ROOT):
        inner[:] = sorted(set(inner) - _made_by_tools(folder, inner))
        yield from (Path(folder, name) for name in names)


def copy_project(to: Path) -> None:
    """Copy the working tree, without what tools make, to a folder that is not there yet."""
    shutil.copytree(ROOT, to, symlinks=True, ignore=_made_by_tools)


def _made_by_tools(folder: str, names: list[str]) -> set[str]:
    # In a worktree, .git is a file that leads to the repository, and a copy would commit to it.
    made = {"__pycache__", "build", "dist", ".git"}
    return {
        name
        for name in names
        if name in made
        # Hidden folders are caches and .git; other folders may be virtual environments.
        or (name.startswith(".") and Path(folder, name).is_dir() and name != ".ci")
        or Path(folder, name, "pyvenv.cfg").exists()
    }
