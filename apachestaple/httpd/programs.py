"""Finds programs of this machine, and sets their environment.

A repository cannot affect this: empty and relative elements of PATH, which would name the current
folder, are ignored, and no variable is inherited.
"""

from __future__ import annotations

import os
import shutil

# Folders for administrators' programs; a user's PATH often does not contain them.
_FOR_ADMINISTRATORS = ("/usr/sbin", "/usr/local/sbin")

# PATH of the programs that we start.
FIXED_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def find_program(name: str) -> str | None:
    """The path of an installed program, or ``None``."""
    searched = os.environ.get("PATH", os.defpath).split(os.pathsep)
    folders = [folder for folder in searched if folder.startswith("/")]
    return shutil.which(name, path=os.pathsep.join([*folders, *_FOR_ADMINISTRATORS]))
