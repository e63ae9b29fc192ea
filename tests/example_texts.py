"""What lint says about the examples of all rules, and what fix makes of them.

``python -m tests.example_texts [CODE…]`` writes it to ``tests/fixtures/examples.txt``, for all or
for these rules, and what httpd does to ``apachestaple/report/recorded.json``. ``test_rules.py``
compares both. The difference shows what a change of the code changes for users.
"""

from __future__ import annotations

import os
import re
import sys
from difflib import unified_diff
from typing import TYPE_CHECKING

from tests.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apachestaple.mod_ssl.staples import Prospect
    from apachestaple.rules.finding import Finding

_FILE = ROOT / "tests/fixtures/examples.txt"

# What differs in each run.
_VARYING = {
    "ROOT": re.compile(r"/[^\s\"',]*/root-\d+"),
    "PORT": re.compile(r"(?<=:)\d{4,5}\b|(?<=port )\d+"),
    "TIME": re.compile(r"\b\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?\b"),
    "NUMBER": re.compile(r"(?<=response of )\d+|(?<=at least )\d{5,}"),
}


_OF_BACKUP = ("Backup of the old files: ", "To restore them, run: ")
_STAPLES = {True: "staples", False: "does not staple", None: "may staple"}


def findings_text(findings: Iterable[Finding]) -> str:
    """The findings of a rule."""
    return _without_varying("".join(map(_lines, findings)))


def hosts_text(hosts: Mapping[str, Prospect]) -> str:
    """Whether the hosts of an example staple, and why."""
    return _without_varying(
        "".join(
            f"{name} {_STAPLES[expected.staples]}: {expected.why}\n"
            for name, expected in hosts.items()
        )
    )


def repair_text(report: str, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The report of fix, and the changed lines of files."""
    changes = "".join(
        line
        for path in sorted(before.keys() | after.keys())
        for line in unified_diff(
            before.get(path, "").splitlines(keepends=True),
            after.get(path, "").splitlines(keepends=True),
            *(path, path),
            n=0,
        )
        if not line.startswith(("---", "@@"))
    )
    lines = report.splitlines(keepends=True)
    told = "".join(line for line in lines if not line.startswith(_OF_BACKUP))
    return _without_varying(told + changes)


def expected() -> dict[str, str]:
    """The text of each example, by the name of its test."""
    parts = re.split(r"^\[(.+)\]\n", _FILE.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _lines(finding: Finding) -> str:
    place = f"{os.path.basename(finding.place.file)}:{finding.place.line}"
    hosts = " ".join(host.name for host in finding.hosts) or "-"
    kind = f"{finding.severity}, {finding.confidence}, {finding.effect}, fix: {finding.fix}"
    return f"{place}: {finding.message}\n    {finding.help}\n    {kind}, hosts: {hosts}\n"


def _without_varying(text: str) -> str:
    for name, pattern in _VARYING.items():
        text = pattern.sub(name, text)
    return text


def _main() -> None:
    from apachestaple.rules.catalogue import all_rules
    from tests import recorded
    from tests.lab.play import Lab
    from tests.test_rules import bad_cases, good_cases, judged, named

    rules = [rule for rule in all_rules() if rule.code != "AS018"]
    chosen = set(sys.argv[1:]) or {rule.code for rule in all_rules()}
    known = expected()
    with Lab() as lab:
        recorded.write({r.code: recorded.record(lab, r) for r in all_rules() if r.code in chosen})
        texts = {
            name: judged(lab, case)[1] if case.rule.code in chosen else known.get(name, "")
            for cases in (bad_cases(rules), good_cases(rules))
            for name, case in named(cases).items()
            if case.is_fixed or case.example in case.rule.bad
        }
    _FILE.write_text("".join(f"[{name}]\n{text}" for name, text in texts.items() if text))


if __name__ == "__main__":
    _main()
