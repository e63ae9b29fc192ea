"""A callback plugin of Ansible that writes each result as a line of JSON to ``$RESULTS``."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: results
type: aggregate
short_description: Writes each result as a line of JSON
description: Writes each result as a line of JSON to the file in the variable RESULTS.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]  # Ansible ships no types
    """Writes each result, and the totals of each server."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "results"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write("ok", result)

    def v2_runner_on_failed(self, result: Any, **_: object) -> None:
        self._write("failed", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._write("unreachable", result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        for server in stats.processed:
            self._write_line({"server": server, "totals": stats.summarize(server)})

    def _write(self, outcome: str, result: Any) -> None:
        self._write_line(
            {
                "server": result.host.name,
                "task": result.task_name,
                "outcome": outcome,
                "result": result.result,
            }
        )

    @staticmethod
    def _write_line(line: dict[str, Any]) -> None:
        with open(os.environ["RESULTS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")
