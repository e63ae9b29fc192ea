"""``apachestaple rules``."""

from typing import TYPE_CHECKING, Annotated

import typer

from apachestaple.cli.options import Color, paint_of
from apachestaple.cli.values import one_of

if TYPE_CHECKING:
    from apachestaple.rules.rule import Rule


def rules(
    code: Annotated[
        str | None,
        typer.Argument(
            metavar="CODE|PREFIX",
            show_default=False,
            help="Code or name of one rule, or the start of codes, such as AS4.",
        ),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="text|json|markdown", help="Report format.")
    ] = "text",
    color: Color = "auto",
) -> int:
    """List the rules by category, or explain one."""
    from apachestaple.report.json import rules_json
    from apachestaple.report.markdown import rules_page
    from apachestaple.report.tables import rule_in_text, rules_table
    from apachestaple.report.terminal import emit
    from apachestaple.rules.catalogue import all_rules, find_rule, select_rules

    one_of("--format", form, "text", "json", "markdown")
    chosen = find_rule(code) if code is not None else None
    if chosen is not None:
        shown: tuple[Rule, ...] = (chosen,)
    else:
        shown = all_rules() if code is None else select_rules((code,), ())
    paint = paint_of(color)
    if form == "json":
        emit(rules_json(shown))
    elif form == "markdown":
        emit(rules_page(shown))
    else:
        emit(rule_in_text(chosen, paint) if chosen else rules_table(shown, paint))
    return 0
