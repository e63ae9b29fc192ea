"""``apachestaple rules``."""

from __future__ import annotations

import sys

from apachestaple.commands.trouble import one_of
from apachestaple.report.json import rules_json
from apachestaple.report.markdown import rules_page
from apachestaple.report.tables import rule_page, rules_table
from apachestaple.report.terminal import emit, paint_for
from apachestaple.rules.catalogue import UnknownRuleError, all_rules, find_rule


def run_rules(code: str | None, form: str) -> int:
    """Print the catalogue, or the rule with this code or name.

    Raises:
        UnknownRuleError: there is none.

    """
    # Markdown makes docs/rules.md.
    form = one_of("--format", form, "text", "json", "markdown")
    chosen = find_rule(code) if code is not None else None
    if code is not None and chosen is None:
        raise UnknownRuleError(f"no rule has the code or name {code!r}")
    rules = (chosen,) if chosen else all_rules()
    paint = paint_for(sys.stdout)
    if form == "json":
        emit(rules_json(rules))
    elif form == "markdown":
        emit(rules_page(rules))
    else:
        emit(rule_page(chosen, paint) if chosen else rules_table(rules, paint))
    return 0
