"""The table of branches: what stands in ``table.tsv``, beside this file."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("table.tsv")

_OPEN = "open"
_NOTHING = "-"
_AND = "; "


@dataclass(frozen=True)
class Branch:
    """A branch of httpd's source with an outcome that a user can see.

    ``log`` is what httpd logs at it and ``rules`` are those that predict it; both may be empty.
    ``tests`` are the node ids of the tests that play it on a running httpd. Where there is none,
    ``reason`` says why a configuration cannot show it, or is empty: the branch is open.
    """

    part: str
    condition: str
    outcome: str
    log: str
    rules: tuple[str, ...]
    tests: tuple[str, ...]
    reason: str

    @property
    def is_open(self) -> bool:
        return not self.tests and not self.reason


def branches() -> list[Branch]:
    """Every row, in the order of the table."""
    return list(_rows())


def _rows() -> Iterator[Branch]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            proof = row["proof"]
            is_played = proof.startswith("tests/")
            yield Branch(
                part=row["part"],
                condition=row["condition"],
                outcome=row["outcome"],
                log="" if row["log"] == _NOTHING else row["log"],
                rules=() if row["rule"] == _NOTHING else tuple(row["rule"].split()),
                tests=tuple(proof.split(_AND)) if is_played else (),
                reason="" if is_played or proof == _OPEN else proof,
            )
