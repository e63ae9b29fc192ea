"""Quick fixes of the language server, for the examples of all rules that have a repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

from apachestaple.language_server.actions import Wanted, actions
from apachestaple.language_server.documents import OpenDocuments, uri_of
from apachestaple.language_server.positions import Encoding
from apachestaple.language_server.workspace import State, Workspace
from apachestaple.rules.catalogue import all_rules
from tests.language_server.edits import edited
from tests.random_trees.proof import fix
from tests.test_rules import made, texts

if TYPE_CHECKING:
    from pathlib import Path

    from apachestaple.rules.rule import Rule
    from tests.lab.play import Lab

# AS018 depends on all other rules.
REPAIRED = [
    rule
    for rule in all_rules()
    if rule.fix and not rule.needs_answers and rule.bad[0].fixable and rule.code != "AS018"
]
# Its repair is in a new file.
WITHOUT = {"AS211"}


def read(path: Path) -> State:
    documents = OpenDocuments()
    documents.open(types.TextDocumentItem(uri_of(str(path)), "apacheconf", 1, path.read_text()))
    return Workspace().update(documents.now())


@pytest.mark.parametrize("rule", REPAIRED, ids=lambda rule: rule.code)
def test_a_quick_fix_makes_the_changes_of_fix(
    lab: Lab, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(lab.folder / "state"))
    with made(lab, rule.bad[0], rule.bad[0].text) as httpd:
        site = (httpd.root / "site.conf").resolve()
        wanted = Wanted(str(site), 1, len(site.read_text()), ("quickfix",))
        found = [
            action
            for action in actions(read(site), wanted, Encoding())
            if action.title.startswith(f"Fix {rule.code}")
        ]
        before = texts(httpd)
        fix(httpd.root / "httpd.conf", unsafe=True, rules=(rule.code,))
        assert texts(httpd) != before
        new = [
            {**before, **{str(path): text for path, text in edited(before, action).items()}}
            for action in found
        ]
        assert new == ([] if rule.code in WITHOUT else [texts(httpd)])
