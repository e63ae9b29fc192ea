"""Fuzzes one target in this process: ``python -m tests.fuzz.run TARGET KNOWN [OF LIBFUZZER…]``.

KNOWN is a file that names the failures that are known already, one in a line; those are passed
over, so that the fuzzer goes on to the next. `tests.fuzz` is the program to start.
"""

import sys
from pathlib import Path

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

with atheris.instrument_imports(include=["apachestaple"]):
    from tests.fuzz.failures import signature
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Fuzz until libFuzzer's options or a failure end it."""
    program, name, known_file, *options = sys.argv
    target = TARGETS[name]
    known = set(Path(known_file).read_text(encoding="utf-8").splitlines())

    def one(data: bytes) -> None:
        try:
            target(data)
        except Exception as error:
            if signature(error) not in known:
                raise

    atheris.Setup([program, *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
