"""``python -m apachestaple``, and the command ``apachestaple`` itself."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command line; never returns."""
    # Collecting while modules load takes 10 ms, and a run leaves next to nothing to collect.
    gc.set_threshold(100_000)
    from apachestaple.cli import app  # noqa: PLC0415  (it is what loads the modules)

    app(prog_name="apachestaple")


if __name__ == "__main__":
    main()
