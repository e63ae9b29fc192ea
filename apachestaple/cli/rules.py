"""``apachestaple rules``."""

from typing import Annotated

import typer

from apachestaple.cli.options import Color, paint_of
from apachestaple.cli.values import one_of


def rules(
    code: Annotated[
        str | None,
        typer.Argument(metavar="CODE", show_default=False, help="Code or name of one rule."),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="text|json|markdown", help="Report format.")
    ] = "text",
    color: Color = "auto",
) -> int:
    """List the rules, or explain one."""
    from apachestaple.report.json import rules_json
    from apachestaple.report.markdown import rules_page
    from apachestaple.report.tables import rule_page, rules_table
    from apachestaple.report.terminal import emit
    from apachestaple.rules.catalogue import UnknownRuleError, all_rules, find_rule

    one_of("--format", form, "text", "json", "markdown")
    chosen = find_rule(code) if code is not None else None
    if code is not None and chosen is None:
        raise UnknownRuleError(f"no rule has the code or name {code!r}")
    shown = (chosen,) if chosen else all_rules()
    paint = paint_of(color)
    if form == "json":
        emit(rules_json(shown))
    elif form == "markdown":
        emit(rules_page(shown))
    else:
        emit(rule_page(chosen, paint) if chosen else rules_table(shown, paint))
    return 0
