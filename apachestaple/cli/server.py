"""``apachestaple server``."""

import sys

from apachestaple.cli.errors import UsageError


def server() -> int:
    """Run the language server for editors."""
    if sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("server reads the requests of an editor on standard input, not a terminal")
    from apachestaple.language_server.server import run

    return run()
