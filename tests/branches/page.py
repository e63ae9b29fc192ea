"""docs/branches.md: the table of branches as a page."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from .table import Branch

_ABOUT = """\
# Branches of httpd

This page is written by `python -m tests.branches` from `tests/branches/table.tsv`; do not edit it.

It lists the branches of httpd's source that decide about OCSP stapling and have an outcome that a
user can see. A branch is *played* if a test brings a running httpd into it and checks the outcome.
It is *unknowable* if a configuration cannot show it; the table says why. Otherwise it is *open*.

Branches: {total} ({played} played, {unknowable} unknowable, {open} open).
"""


def branches_page(branches: Sequence[Branch], rules: Mapping[str, str]) -> str:
    """A table for each part; ``rules`` are the names of the rules by code."""
    played = sum(bool(branch.tests) for branch in branches)
    is_open = sum(branch.is_open for branch in branches)
    about = _ABOUT.format(
        total=len(branches),
        played=played,
        open=is_open,
        unknowable=len(branches) - played - is_open,
    )
    parts = groupby(branches, key=lambda branch: branch.part)
    return "\n".join([about, *(line for part, of in parts for line in _part(part, of, rules))])


def _part(part: str, branches: Iterator[Branch], rules: Mapping[str, str]) -> Iterator[str]:
    yield f"## {part}\n"
    yield "| condition | outcome | log | rule | test |"
    yield "|---|---|---|---|---|"
    for branch in branches:
        linked = (f"[{code}](rules.md#{code.lower()}-{rules[code]})" for code in branch.rules)
        cells = (branch.condition, branch.outcome, branch.log, " ".join(linked), _proof(branch))
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"
    yield ""


def _proof(branch: Branch) -> str:
    if branch.is_open:
        return "open"
    return "<br>".join(f"`{test}`" for test in branch.tests) or branch.reason


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
