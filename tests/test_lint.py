"""One fault, one finding: what follows from a fault alone is not said beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.rule import CACHE, Example, tls_host
from tests.test_rules import linted

if TYPE_CHECKING:
    from tests.lab.play import Lab

HOST = tls_host("SSLUseStapling on", certificate="must-staple")


def said(lab: Lab, text: str, files: dict[str, str] | None = None) -> set[str]:
    """The rules that find more than an information."""
    example = Example(text, files=files or {})
    return {finding.rule for finding in linted(lab, example) if finding.severity != "info"}


def test_what_stands_behind_a_loop_of_includes_is_read(lab: Lab) -> None:
    loop = {"a.conf": "Include b.conf\n", "b.conf": "Include a.conf\n"}
    assert said(lab, f"Include a.conf\n{CACHE}{HOST}", loop) == {"AS005"}
    assert said(lab, f"<VirtualHost *:80>\nInclude a.conf\n</VirtualHost>\n{CACHE}{HOST}", loop) == {
        "AS005"
    }
    assert said(lab, "Include a.conf\n" + HOST, loop) == {"AS005", "AS201"}
