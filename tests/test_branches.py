"""docs/branches.md: every branch of httpd names the test that plays it, or why none can."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from apachestaple.rules.catalogue import all_rules
from tests.branches.page import branches_page
from tests.branches.played import differences
from tests.branches.table import Branch, branches
from tests.project import ROOT

# The fixtures of tests that start httpd.
HTTPD = {"lab", "world", "arena", "bench", "tree"}


@pytest.fixture(scope="module")
def collected() -> dict[str, set[str]]:
    """The fixtures of each test in the files that the table names."""
    files = {test.partition("::")[0] for branch in branches() for test in branch.tests}
    command = [sys.executable, "-m", "tests.branches.collected", *sorted(files)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {test: set(fixtures) for test, fixtures in json.loads(done.stdout).items()}


def test_the_page_is_the_generated_one() -> None:
    page = (ROOT / "docs/branches.md").read_text(encoding="utf-8")
    rules = {rule.code: rule.name for rule in all_rules()}
    assert page == branches_page(branches(), rules), "python -m tests.branches > docs/branches.md"


def test_a_branch_stands_once_in_the_table() -> None:
    named = [(branch.part, branch.condition) for branch in branches()]
    assert len(set(named)) == len(named)


def test_a_branch_without_a_test_has_a_reason_or_is_open() -> None:
    reasons = [branch.reason for branch in branches() if not branch.tests and not branch.is_open]
    assert [reason for reason in reasons if not re.fullmatch(r"[A-Z].* .*\.", reason)] == []


def test_every_test_that_the_table_names_plays_something_on_httpd(
    collected: dict[str, set[str]],
) -> None:
    named = {test for branch in branches() for test in branch.tests}
    assert not named - set(collected)
    assert not {test for test in named if not collected[test] & HTTPD}


def test_an_example_that_a_branch_names_is_one_of_its_rules() -> None:
    for branch in branches():
        examples = [code for test in branch.tests for code in re.findall(r"\[(AS\d{3})-", test)]
        assert set(examples) <= set(branch.rules), branch


def test_a_number_that_httpd_does_not_log_is_a_difference() -> None:
    branch = Branch("Start", "no cache", "does not start", "AH01958 AH02312", (), ("a", "b"), "")
    logged = {"a": {"AH01958"}, "b": {"AH00016"}}
    assert list(differences([branch], logged)) == ["Start: no cache: not logged: AH02312"]
    logged["b"].add("AH02312")
    assert list(differences([branch], logged)) == []
