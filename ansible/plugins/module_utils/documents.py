# Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
"""Reads what the program has printed as JSON, and judges it."""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING, Any, NoReturn

from ansible_collections.apachestaple.httpd.plugins.module_utils.program import ProgramError
from ansible_collections.apachestaple.httpd.plugins.module_utils.texts import encodable, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.apachestaple.httpd.plugins.module_utils.program import Run

    Document = dict[str, Any]

# From the lowest one to the highest.
SEVERITIES = ("info", "warning", "error")

RULE_OPTIONS = {
    "select": {"type": "list", "elements": "str", "default": []},
    "ignore": {"type": "list", "elements": "str", "default": []},
    "fail_on": {"type": "str", "choices": ["never", *SEVERITIES], "default": "never"},
}

FINDING = {"rule": str, "severity": str, "message": str, "file": str, "line": int}


def parsed(run: Run, command: str) -> Any:
    """The JSON value that a command has printed.

    Raises:
        ProgramError: it is not JSON; the text has the program's own messages.

    """
    if not run.output.strip():
        raise ProgramError(f"apachestaple {command} failed: {run.reason}")
    try:
        return encodable(json.loads(run.output, parse_constant=_no_constant))
    except (ValueError, RecursionError) as error:
        raise ProgramError(
            f"apachestaple {command} did not print whole JSON ({error}): {run.reason}"
        ) from None


def _no_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(f"{name} is not JSON")


def checked(value: Any, kinds: Mapping[str, type], name: str) -> Document:
    """Return the object, which must have these keys with values of these types.

    Raises:
        ProgramError: it is not an object, or a key is missing or has another type.

    """
    if not isinstance(value, dict):
        raise ProgramError(f"{name} is {_kind(value)} instead of an object{_VERSION}")
    for key, kind in kinds.items():
        if key not in value:
            raise ProgramError(f"{name} has no key {key}{_VERSION}")
        if not isinstance(value[key], kind):
            raise ProgramError(f"{name} has {_kind(value[key])} as {key}{_VERSION}")
    return value


_VERSION = "; the collection needs apachestaple 0.1.0 or newer"


def _kind(value: Any) -> str:
    return "null" if value is None else type(value).__name__


def read_report(run: Run, command: str, kinds: Mapping[str, type]) -> Document:
    """The report that a command has printed, with these keys, and with findings that are findings.

    Raises:
        ProgramError: it is not such a report.

    """
    name = "the report of " + command
    document = checked(parsed(run, command), kinds, name)
    for finding in document["findings"]:
        severity = checked(finding, FINDING, "a finding of " + name)["severity"]
        if severity not in SEVERITIES:
            raise ProgramError(f"a finding of {name} has the unknown severity {severity!a}")
    return document


def as_bad_as(findings: Iterable[Document], fail_on: str) -> list[str]:
    """The findings at or above a severity, as lines for people; none for ``never``."""
    if fail_on == "never":
        return []
    failing = SEVERITIES[SEVERITIES.index(fail_on) :]
    return [
        printable("{file}:{line}: {severity}[{rule}] {message}".format(**finding))
        for finding in findings
        if finding["severity"] in failing
    ]


def fail(module: AnsibleModule, message: str, **result: Any) -> None:
    """End with an error; ``report`` is a document for ``apachestaple report``, unless ``result`` has one."""
    result.setdefault("report", {"server": platform.node() or "unknown", "error": message})
    module.fail_json(msg=message, **result)
