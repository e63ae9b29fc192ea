"""The entry point of ``apachestaple`` and ``python -m apachestaple``."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
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
    except OSError as error:
        # Help or an error message was to be written; a command handles its other errors itself.
        os._exit(_unwritten(error))
    sys.exit()


def leave(end: SystemExit) -> NoReturn:
    """Exit with the code of ``end``, without freeing objects first.

    Python would free a hundred thousand directives one by one. Only buffered output must be
    written; if that fails, the exit code is 2, and not Python's 120.
    """
    code = end.code if end.code is not None else 0
    if isinstance(code, int):
        try:
            for stream in filter(None, (sys.stdout, sys.stderr)):
                stream.flush()
        except BrokenPipeError:
            # The reader has closed the pipe, which is not an error.
            pass
        except OSError as error:
            code = _unwritten(error)
        os._exit(code)
    raise end


def _unwritten(error: OSError) -> int:
    """Report that the output cannot be written, if standard error can be; return the exit code."""
    from apachestaple.cli.errors import FAILED, tell  # noqa: PLC0415  (it is loaded by then)

    with suppress(OSError):
        tell(f"the output cannot be written: {error.strerror}")
    return FAILED


if __name__ == "__main__":
    main()
