"""The entry point of ``apachestaple`` and ``python -m apachestaple``."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line, and exit."""
    # Most objects live until the end, and garbage collection would take a tenth of the time. Only
    # fix reads a configuration repeatedly.
    gc.set_threshold(2_000_000)
    from apachestaple.cli.app import app  # noqa: PLC0415  (it is what loads the modules)

    try:
        app(prog_name="apachestaple")
    except SystemExit as end:
        leave(end)
    sys.exit()


def leave(end: SystemExit) -> NoReturn:
    """Exit with the code of ``end``, without freeing objects first.

    Python would free a hundred thousand directives one by one. Only buffered output must be
    written; if that fails, Python reports it.
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
