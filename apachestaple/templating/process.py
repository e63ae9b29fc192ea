"""The process that renders a user's templates, as its parent sees it.

A request and its answer are a line of JSON each.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import weakref
from typing import TYPE_CHECKING

from apachestaple.templating import TemplateProblemError
from apachestaple.templating.limits import SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Isolated: neither the working folder nor the environment brings it modules of somebody else.
_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from apachestaple.templating.rendering import serve; serve(sys.argv[1])"
)


class TemplateProcess:
    """Renders the templates of a folder; ``shown`` is what messages call one of them."""

    def __init__(self, folder: str, shown: Callable[[str], str]) -> None:
        self._shown = shown
        paths = [os.path.abspath(path) for path in sys.path]
        command = [sys.executable, "-I", "-c", _PROGRAM, os.path.abspath(folder), *paths]
        # Ctrl-C is for the parent; when that ends, there is nothing more to read, and this ends.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._end = weakref.finalize(self, _end, self._process)

    def render(self, name: str, variables: Mapping[str, object]) -> str:
        """The text of a template.

        Raises:
            TemplateProblemError: it cannot be read or rendered.

        """
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None  # noqa: S101  (both are pipes)
        assert answers is not None  # noqa: S101
        try:
            requests.write(json.dumps([name, variables]).encode("ascii") + b"\n")
            requests.flush()
            answer = json.loads(answers.readline())
        except (OSError, ValueError):
            raise TemplateProblemError(f"{self._shown(name)}: {self._why_ended()}") from None
        if "error" in answer:
            raise TemplateProblemError(f"{self._shown(name)}: {answer['error']}")
        return str(answer["text"])

    def _why_ended(self) -> str:
        # It has, or it cannot be understood any more.
        self._process.terminate()
        code = self._process.wait()
        if code == -signal.SIGPROF:
            return f"takes more than {SECONDS} second to render"
        return f"the process that renders templates has ended (exit code {code})"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        # What could not be sent to a process that has ended is still in the buffer.
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()
