"""The parent's side of the process that renders users' templates.

A request and its answer are one line of JSON each.
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

# Isolated: no modules are imported from the working folder or the environment.
_PROGRAM = (
    "import sys; folder, filters, *sys.path[:] = sys.argv[1:]; "
    "from apachestaple.templating.rendering import serve; serve(folder, filters)"
)


class TemplateProcess:
    """Renders the templates of a folder.

    Args:
        folder: folder of the templates.
        filters: functions of our modules, by their names in templates.
        shown: returns the name of a template for messages.

    """

    def __init__(
        self, folder: str, filters: Mapping[str, Callable[..., str]], shown: Callable[[str], str]
    ) -> None:
        self._shown = shown
        places = {name: (one.__module__, one.__name__) for name, one in filters.items()}
        paths = [os.path.abspath(path) for path in sys.path]
        arguments = [os.path.abspath(folder), json.dumps(places), *paths]
        command = [sys.executable, "-I", "-c", _PROGRAM, *arguments]
        # Ctrl-C goes to the parent. When the parent ends, standard input ends, and so does this
        # process.
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
        """Render a template.

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
        # The process has ended, or its answer cannot be parsed.
        self._process.terminate()
        code = self._process.wait()
        if code == -signal.SIGPROF:
            return f"takes more than {SECONDS} second to render"
        return f"the process that renders templates has ended (exit code {code})"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        # Data that could not be sent to the ended process is still in the buffer.
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()
