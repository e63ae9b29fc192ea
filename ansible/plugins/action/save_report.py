# Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
"""Writes a server's report to a folder of the controller, without a connection or a module."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

# Other characters of a name in the inventory are replaced in the name of the file.
_OTHERS = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST = 200


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """The action ``apachestaple.httpd.save_report``."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Write the file, also in check mode."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _checked, given = self.validate_argument_spec(
            argument_spec={
                "folder": {"type": "path", "required": True},
                "report": {"type": "dict"},
                "error": {"type": "str"},
            },
            required_one_of=[["report", "error"]],
            mutually_exclusive=[["report", "error"]],
        )
        server = (task_vars or {})["inventory_hostname"]
        document = given["report"] or _not_checked(given["error"])
        path = os.path.join(given["folder"], _file_name(server))
        try:
            _write(path, json.dumps({**document, "server": server}) + "\n")
        except (OSError, TypeError, ValueError) as error:
            raise AnsibleActionFail(f"the report was not written to {path}: {error}") from error
        result.update(changed=False, path=path)
        return result


def _file_name(server: str) -> str:
    """The name of a server's file. No two servers have the same one, and none is hidden."""
    name = _OTHERS.sub("_", server).lstrip(".")[:_LONGEST]
    if name != server:
        name += "-" + hashlib.sha256(server.encode(errors="surrogatepass")).hexdigest()[:12]
    return name + ".json"


def _not_checked(error: str) -> dict[str, str]:
    now = datetime.now(timezone.utc)
    # An error of Ansible may have several lines.
    return {"error": " ".join(error.split()), "generated": now.strftime("%Y-%m-%dT%H:%M:%SZ")}


def _write(path: str, text: str) -> None:
    """Replace the file in one step."""
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    descriptor, fresh = tempfile.mkstemp(prefix=".", dir=folder)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(fresh, 0o644)
        os.replace(fresh, path)
    except BaseException:
        os.unlink(fresh)
        raise
