"""Programs of this machine, and the environment that they get.

Nothing of a repository takes part: no program is found through an empty or relative element of
PATH, which would name a file of the current folder, and no variable is inherited.
"""

from __future__ import annotations

import os
import shutil

# Where distributions keep programs for administrators; a user's PATH often leaves these out.
_FOR_ADMINISTRATORS = ("/usr/sbin", "/usr/local/sbin")

# What a program that we start finds its own programs with.
FIXED_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def find_program(name: str) -> str | None:
    """The path of an installed program, or ``None``."""
    searched = os.environ.get("PATH", os.defpath).split(os.pathsep)
    folders = [folder for folder in searched if folder.startswith("/")]
    return shutil.which(name, path=os.pathsep.join([*folders, *_FOR_ADMINISTRATORS]))
