"""``python -m apachestaple``, and the command ``apachestaple`` itself."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line; never returns."""
    # Collecting while modules load takes 10 ms, and a run leaves next to nothing to collect.
    gc.set_threshold(100_000)
    command, *words = sys.argv[1:] or [""]
    if command == "lint" and not any(word.startswith("-") for word in words):
        # Without an option there is nothing to parse, and this is what pre-commit calls: the
        # import of Typer alone would take as long as the linting.
        from apachestaple.commands.lint import run_lint  # noqa: PLC0415
        from apachestaple.commands.trouble import exit_code  # noqa: PLC0415

        sys.exit(exit_code(run_lint, words, {}))
    from apachestaple.cli import app  # noqa: PLC0415

    app(prog_name="apachestaple")


if __name__ == "__main__":
    main()
