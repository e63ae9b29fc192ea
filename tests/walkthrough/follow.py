"""Follows a page: runs its commands in order, and compares what they print with the page."""

from __future__ import annotations

import difflib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.walkthrough.pages import LEFT_OUT, File, agrees, steps, without_varying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.walkthrough.server import Server

# apachestaple exits with 1 if there are findings; a failing command shows a message on its page.
_EXPECTED_CODES = (0, 1)


@dataclass(frozen=True)
class Followed:
    """What came out.

    Attributes:
        commands: the number of commands.
        seconds: the time that they took.
        differences: what the page shows otherwise, one text each.

    """

    commands: int
    seconds: float
    differences: tuple[str, ...]


def follow(server: Server, page: str) -> Followed:
    """Follow a page on a server."""
    begun = time.monotonic()
    differences = []
    commands = 0
    for step in steps(page):
        if isinstance(step, File):
            server.write(step.path, step.text)
            continue
        commands += 1
        output, code = server.run(step.text)
        if code not in _EXPECTED_CODES or not agrees(step.output, output):
            difference = "\n".join(_difference(step.output, output))
            differences.append(f"line {step.line}: $ {step.text}exit code {code}\n{difference}")
    return Followed(commands, time.monotonic() - begun, tuple(differences))


def _difference(shown: str, output: str) -> Iterator[str]:
    """The lines that differ; lines that the page leaves out are not among them."""
    before, after = (without_varying(text).splitlines() for text in (shown, output))
    for line in difflib.ndiff(before, after):
        if line.startswith(("- ", "+ ")) and line != f"- {LEFT_OUT}":
            yield f"  {line}"
