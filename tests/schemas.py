"""The JSON schemas of the reports, in ``docs/schemas``; they allow no other properties."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from tests.project import ROOT

Schema = dict[str, Any]

FOLDER = ROOT / "docs/schemas"


def schema(name: str) -> Schema:
    """The schema of a report."""
    read: Schema = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return read


ANSWERS = schema("answers")
DUMP = schema("dump")
EXPLAIN = schema("explain")
FIX = schema("fix")
HOSTS = schema("hosts")
LINT = schema("lint")
PROBE = schema("probe")
REPORT = schema("report")
RESPONDERS = schema("responders")
RULES = schema("rules")
SERVER_ERROR = schema("server-error")


def checked(text: str, schema: Schema) -> Any:
    """Validate the document against its schema, and return it."""
    document = json.loads(text)
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(document)
    return document
