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

from apachestaple.ending import at_end
from apachestaple.templating import TemplateProblemError
from apachestaple.templating.limits import SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Isolated: neither the working folder nor the environment brings it modules of somebody else.
_PROGRAM = (
    "import sys; folder, filters, *sys.path[:] = sys.argv[1:]; "
    "from apachestaple.templating.rendering import serve; serve(folder, filters)"
)


class TemplateProcess:
    """Renders the templates of a folder.

    Args:
        folder: of the templates.
        filters: functions of our modules, by the names that they have in templates.
        shown: what messages call a template.

    """

    def __init__(
        self, folder: str, filters: Mapping[str, Callable[..., str]], shown: Callable[[str], str]
    ) -> None:
        self._shown = shown
        places = {name: (one.__module__, one.__name__) for name, one in filters.items()}
        paths = [os.path.abspath(path) for path in sys.path]
        arguments = [os.path.abspath(folder), json.dumps(places), *paths]
        command = [sys.executable, "-I", "-c", _PROGRAM, *arguments]
        # Ctrl-C is for the parent; when that ends, there is nothing more to read, and this ends.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._end = weakref.finalize(self, _end, self._process)
        at_end(self._end)

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
