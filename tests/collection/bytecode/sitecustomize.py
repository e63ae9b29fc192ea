"""Keeps the bytecode of the modules that Ansible sends to a server.

Ansible sends them as source in an archive, so Python compiles all of them for each task. That takes
longer than running them. ``BYTECODE`` is the folder of the bytecode. A file is named by the hash of
its source and the version of Python.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
import zipimport
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType

_FOLDER = os.environ.pop("BYTECODE")
# This folder is not for programs that modules start.
del os.environ["PYTHONPATH"]

_compile = zipimport._compile_source  # type: ignore[attr-defined]


def _kept(path: str, source: bytes) -> CodeType:
    """The bytecode of a module; compiles it if there is none."""
    name = f"{hashlib.sha256(source).hexdigest()}.{sys.hexversion:x}"
    place = os.path.join(_FOLDER, name)
    try:
        with open(place, "rb") as file:
            code: CodeType = marshal.load(file)  # noqa: S302  (written below)
    except FileNotFoundError:
        code = _compile(path, source)
        fresh = f"{place}.{os.getpid()}"
        with open(fresh, "wb") as file:
            marshal.dump(code, file)
        os.replace(fresh, place)
    return code


zipimport._compile_source = _kept  # type: ignore[attr-defined]
