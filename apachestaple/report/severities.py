"""How terminals show severities."""

from __future__ import annotations

from apachestaple.rules.finding import Severity

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
