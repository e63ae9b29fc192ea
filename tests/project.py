"""The project's own files, for tests of the project."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
_HIDDEN = {".ci", ".github"}


def project_files() -> Iterator[Path]:
    """Every file, except in folders that tools create."""
    for folder, inner, names in os.walk(ROOT):
        inner[:] = sorted(set(inner) - _made_by_tools(folder, inner))
        yield from (Path(folder, name) for name in names)


def copy_project(to: Path) -> None:
    """Copy the working tree to a new folder, without files that tools create."""
    shutil.copytree(ROOT, to, symlinks=True, ignore=_made_by_tools)


def _made_by_tools(folder: str, names: list[str]) -> set[str]:
    # In a worktree, .git is a file that names the repository; commits in a copy would change it.
    made = {"__pycache__", "build", "dist", "node_modules", ".git"}
    return {
        name
        for name in names
        if name in made
        # Other hidden folders are caches; other folders may be virtual environments.
        or (name.startswith(".") and name not in _HIDDEN and Path(folder, name).is_dir())
        or Path(folder, name, "pyvenv.cfg").exists()
    }
