"""``python -m apachestaple``, and the command ``apachestaple`` itself."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; never returns."""
    # What a run builds lasts, and looking for what does not would take a tenth of its time. But fix
    # reads a configuration again and again.
    gc.set_threshold(1_000_000)
    from apachestaple.cli.app import app  # noqa: PLC0415  (it is what loads the modules)

    try:
        app(prog_name="apachestaple")
    except SystemExit as end:
        leave(end)
    sys.exit()


def leave(end: SystemExit) -> NoReturn:
    """End the process as ``end`` says, without taking down first what was built in it.

    Python would free a hundred thousand directives one by one. Nothing here has to be done when
    the interpreter ends but to write what is buffered; where that fails, Python says so.
    """
    code = end.code if end.code is not None else 0
    if isinstance(code, int):
        try:
            for stream in filter(None, (sys.stdout, sys.stderr)):
                stream.flush()
        except OSError:
            raise end from None
        os._exit(code)
    raise end


if __name__ == "__main__":
    main()
