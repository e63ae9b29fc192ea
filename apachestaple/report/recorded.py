"""What was recorded when the first bad example of each rule was played on httpd.

The file is written by ``python -m tests.example_texts``, and the test suite compares it with what
it sees.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apachestaple.rules.rule import Rule

FILE = Path(__file__).with_name("recorded.json")


class Recorded(NamedTuple):
    """What was recorded for a rule.

    Attributes:
        message: the message of the first finding.
        help: its help.
        outputs: the output of each command of its checks by hand.
        diff: the changes that ``fix`` makes in its first example that it repairs; ``""`` if it
            repairs none.

    """

    message: str
    help: str
    outputs: Sequence[str]
    diff: str


def recorded(rule: Rule) -> Recorded:
    """What was recorded for a rule; nothing for a new one."""
    return _all().get(rule.code, Recorded("", "", (), ""))


@cache
def _all() -> Mapping[str, Recorded]:
    known = json.loads(FILE.read_text(encoding="utf-8"))
    return {code: Recorded(**each) for code, each in known.items()}
