"""The JSON report of ``fix`` and ``fix --undo``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from apachestaple.fix.editing.diff import diffs
from apachestaple.lint.fingerprints import fingerprints
from apachestaple.report.json import finding_json
from apachestaple.report.terminal import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.fix.outcome import FixOutcome
    from apachestaple.rules.finding import Finding

    # Two findings of the same rule about the same thing, before and after an edit.
    _Key = tuple[str, str, str]


def fix_json(outcome: FixOutcome, *, reverted: bool = False) -> str:
    """What was changed, or would be, and what remains.

    ``reverted`` means that ``--undo`` has reverted an interrupted run, whose changes are not known.
    """
    # ASCII only: bytes that are not UTF-8 become \udc80 to \udcff, as Python reads them.
    return json.dumps(_known(outcome, reverted=reverted), indent=2) + "\n"


def _known(outcome: FixOutcome, *, reverted: bool) -> dict[str, object]:
    commands = dict.fromkeys(activation.command for activation in outcome.activations)
    return {
        "changed": reverted or bool(outcome.files),
        "files": [
            {"path": short(file.path), "diff": diff}
            for file, diff in zip(outcome.files, diffs(outcome.files), strict=True)
        ],
        "repairs": list(_repairs(outcome)),
        "refusals": list(outcome.refused),
        "findings": [
            finding_json(finding, fingerprint)
            for finding, fingerprint in zip(
                outcome.remaining, fingerprints(outcome.remaining), strict=True
            )
        ],
        "hosts": [
            {
                "name": host.name,
                "before": host.before.staples if host.before else None,
                "after": host.after.staples,
            }
            for host in outcome.hosts
        ],
        "reload": " && ".join(commands) or None,
        "restart": any(activation.problem for activation in outcome.activations),
        "configtest": outcome.tested.verdict,
    }


def _repairs(outcome: FixOutcome) -> Iterator[dict[str, object]]:
    """The findings that are repaired, and what the options request, which has no rule."""
    if outcome.files:
        changed = [host.name for host in outcome.hosts if host.before != host.after]
        for reason in outcome.requested:
            yield {"rule": None, "hosts": changed, "reason": reason}
    first: dict[_Key, Finding] = {}
    names: dict[_Key, dict[str, None]] = {}
    for finding in outcome.repaired:
        # A finding about several hosts can be repaired in steps.
        first.setdefault(_key(finding), finding)
        names.setdefault(_key(finding), {}).update(dict.fromkeys(_names(finding)))
    for finding in outcome.remaining:
        if _key(finding) in first:
            for name in _names(finding):
                names[_key(finding)].pop(name, None)
            if not names[_key(finding)]:
                del first[_key(finding)]
    for key, finding in first.items():
        yield {"rule": finding.code, "hosts": list(names[key]), "reason": finding.message}


def _key(finding: Finding) -> _Key:
    return finding.code, finding.subject.path, finding.subject.text


def _names(finding: Finding) -> list[str]:
    return [host.name for host in finding.hosts]
