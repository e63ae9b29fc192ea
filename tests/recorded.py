"""What httpd and fix do with the first bad example of each rule, for the pages of the rules.

``python -m tests.example_texts`` writes it to ``apachestaple/report/recorded.json``, with which
``test_rules.py`` compares it.
"""

from __future__ import annotations

import json
from difflib import unified_diff
from typing import TYPE_CHECKING

from apachestaple.report.recorded import FILE, Recorded
from apachestaple.rules.by_hand import checks
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.finding import Effect
from tests.by_hand import as_shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from apachestaple.rules.rule import Rule
    from tests.lab.play import Lab
    from tests.lab.server import Httpd


def diff(httpd: Httpd, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The changes of files as a patch, with the paths and ports of a page."""
    patches = (
        unified_diff(
            before.get(path, "").splitlines(keepends=True),
            after.get(path, "").splitlines(keepends=True),
            *(path, path),
        )
        for path in sorted(before.keys() | after.keys())
    )
    return as_shown(httpd, "".join(line for patch in patches for line in _without_lab(patch)))


def _without_lab(patch: Iterable[str]) -> Iterator[str]:
    """A patch, of which only the changed lines are kept if it is that of the lab's main file."""
    lines = list(patch)
    is_main = any(line.startswith("---") and line.endswith("/httpd.conf\n") for line in lines)
    return (line for line in lines if not is_main or line.startswith(("+", "-")))


def record(lab: Lab, rule: Rule) -> Recorded:
    """Play the first bad example of a rule, and let fix repair the first one that it can."""
    from tests.test_rules import Case, first_repaired, linted_files, made, observe, of, repair

    bad = rule.bad[0]
    rounds = 2 if rule.effect in (Effect.EVICTS_STAPLES, Effect.STALLS_HANDSHAKES) else 1
    has_commands = any(check.command for check in checks(rule))
    by_hand = (
        observe(lab, Case(rule, bad), rounds=rounds, timeout=15).by_hand if has_commands else ()
    )
    with made(lab, bad, bad.text) as httpd:
        found = of(rule, linted_files(httpd, online=rule.needs_answers)[1])
        message, help_ = (
            (as_shown(httpd, found[0].message), as_shown(httpd, found[0].help))
            if found
            else ("", "")
        )
    changes = ""
    if rule.fix is not None:
        example = first_repaired(rule)
        with made(lab, example, example.text) as httpd:
            changes = repair(lab, httpd, rule).diff
    return Recorded(message, help_, by_hand, changes)


def write(records: Mapping[str, Recorded]) -> None:
    """Write what was recorded of some rules, by their codes; that of the other ones is kept."""
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    known |= {code: record._asdict() for code, record in records.items()}
    kept = {rule.code: known[rule.code] for rule in all_rules() if rule.code in known}
    FILE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
