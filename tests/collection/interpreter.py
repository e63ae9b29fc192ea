"""The Python with which Ansible runs modules."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

_SITE = Path(__file__).with_name("bytecode")


def interpreter(folder: Path, python: str) -> str:
    """A new program in the folder that is this Python, and compiles modules only once.

    Their bytecode stays in the environment of the tests.
    """
    kept = Path(sys.prefix, "ansible-bytecode")
    kept.mkdir(exist_ok=True)
    program = folder / "python3"
    variables = f"BYTECODE={shlex.quote(str(kept))} PYTHONPATH={shlex.quote(str(_SITE))}"
    program.write_text(f'#!/bin/sh\n{variables} exec {shlex.quote(python)} "$@"\n')
    program.chmod(0o755)
    return str(program)
