"""What may not stand where."""

from __future__ import annotations

import re
from statistics import median

from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.mod_ssl.walk import is_used
from tests.project import ROOT

PACKAGE = ROOT / "apachestaple"


def test_fix_knows_no_rule() -> None:
    for path in (PACKAGE / "fix").rglob("*.py"):
        text = path.read_text()
        assert not re.search(r"\bAS\d{3}\b", text), path
        assert not re.search(r"apachestaple\.rules\.(as\d|kinds|catalogue)", text), path


def test_only_a_rule_and_what_explains_logs_name_a_rule() -> None:
    """A rule may speak of another one; messages of a log are a table of rules."""
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0]
        if room not in ("rules", "log"):
            assert not re.search(r"\"AS\d{3}\"", path.read_text()), path


def test_a_rule_is_one_file_and_asks_no_type() -> None:
    for path in (PACKAGE / "rules").glob("as*.py"):
        assert "isinstance(rule" not in path.read_text(), path


def test_files_are_small() -> None:
    lines = {path: path.read_text().count("\n") for path in PACKAGE.rglob("*.py")}
    assert median(lines.values()) <= 90
    assert not [path for path, number in lines.items() if number > 400]


def test_lint_keeps_every_directive_that_a_rule_names() -> None:
    """Directives for which is_used is false are not read."""
    named = set(COMMANDS)
    for room in ("rules", "mod_ssl", "lint", "report"):
        for path in (PACKAGE / room).rglob("*.py"):
            text = path.read_text()
            named.update(re.findall(r"\.(?:named|setting|switched_on|seconds)\(\"(\w+)", text))
            named.update(re.findall(r"\.own\.get\(\"(\w+)", text))
    assert {"User", "mdstapling", "SSLEngine", "sslusestapling"} <= named
    assert not [name for name in sorted(named) if not is_used(name.lower())]
