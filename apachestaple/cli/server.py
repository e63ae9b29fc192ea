"""``apachestaple server``."""

import sys
from typing import Annotated

import typer

from apachestaple.cli.errors import UsageError


def server(
    _stdio: Annotated[
        bool,
        typer.Option("--stdio", help="Use standard input and output, which is always done."),
    ] = False,
) -> int:
    """Run the language server for editors."""
    if sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("server reads the requests of an editor on standard input, not a terminal")
    from apachestaple.language_server.server import run

    return run()
