"""The pages of the rules: a list of all of them, and one for each."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from apachestaple.report import markdown
from apachestaple.rules.catalogue import CATEGORIES, all_rules
from apachestaple.rules.finding import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.rules.rule import Rule

_ABOUT = """\
# Rules

A finding is a prediction about a running httpd. Its *effect* says what httpd does. The test suite
starts a real httpd with an example of each rule, and checks that the effect occurs. A rule whose
effect is `advice` predicts nothing; it is a recommendation.

A name in parentheses, such as (stapling_renew_response), is the function of httpd's source that
does it. The first digit of a code is the category. `apachestaple rules CODE` explains a rule in the
terminal.
"""


def index(rules: Sequence[Rule]) -> str:
    """The effects, and all rules by category."""
    return "\n".join([_ABOUT, *_effects(), *_categories(rules), ""])


def _effects() -> Iterator[str]:
    yield "| effect | what happens |"
    yield "|---|---|"
    yield from (f"| `{effect}` | {effect.meaning} |" for effect in Effect)


def _categories(rules: Sequence[Rule]) -> Iterator[str]:
    for prefix, of_category in groupby(rules, lambda rule: rule.code[:3]):
        yield f"\n## {prefix}xx {CATEGORIES[prefix]}\n"
        yield "| code | name | severity | effect | what is wrong |"
        yield "|---|---|---|---|---|"
        for rule in of_category:
            link = f"[{rule.code}](rules/{rule.code}.md)"
            yield f"| {link} | {rule.name} | {rule.severity} | `{rule.effect}` | {rule.summary} |"


def place(heading: str) -> str:
    """The page of the rule with this heading in docs/rules.md."""
    rules = {f"{rule.code.lower()}-{rule.name}": rule for rule in all_rules()}
    return f"rules/{rules[heading].code}.md"


def page(rule: Rule) -> str:
    """The page of a rule. The navigation has only the page of all rules."""
    text = markdown.rule_page(rule, lambda other: f"{other.code}.md")
    return f"---\norphan: true\n---\n\n{text}\n[All rules](../rules.md)\n"
