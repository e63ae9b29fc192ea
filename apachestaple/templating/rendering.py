"""The process that renders templates within limits."""

from __future__ import annotations

import importlib
import json
import resource
import signal
import sys
from typing import TYPE_CHECKING

from apachestaple.templating.environment import environment
from apachestaple.templating.limits import MEMORY, SECONDS, TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment


def serve(folder: str, filters: str) -> None:
    """Answer the requests on standard input until it ends.

    Args:
        folder: folder of the user's templates.
        filters: JSON of the names of filters, each with the module and name of its function.

    """
    functions = {
        name: getattr(importlib.import_module(module), function)
        for name, (module, function) in json.loads(filters).items()
    }
    templates = environment(functions, folder)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for request in sys.stdin.buffer:
        name, variables = json.loads(request)
        # The kernel ends the process by SIGPROF, even while Python computes a single number.
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        answer = _answer(templates, name, variables)
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.buffer.write(json.dumps(answer).encode("ascii") + b"\n")
        sys.stdout.buffer.flush()


def _answer(templates: Environment, name: str, variables: Mapping[str, object]) -> dict[str, str]:
    try:
        text = templates.get_template(name).render(variables)
    except MemoryError:
        return {"error": f"needs more than {MEMORY // 1024**2} MB of memory"}
    except RecursionError:
        return {"error": "nested too deeply"}
    except Exception as error:  # noqa: BLE001  (a template is a program of the user's)
        return {"error": str(error)}
    if len(text) > TEXT:
        return {"error": f"renders more than {TEXT // 1024**2} million characters"}
    return {"text": text}
