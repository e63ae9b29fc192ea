"""The pages of the rules in Markdown: docs/rules.md, and a page for each rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.rule_page import Code, Items, Links, See, sections
from apachestaple.rules.finding import Effect, Fix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from apachestaple.report.rule_page import Block
    from apachestaple.rules.rule import Rule

_FIXES = {Fix.SAFE: "yes", Fix.UNSAFE: "with `--unsafe`", None: "no"}
_ABOUT = """\
# Rules

This page is written by `apachestaple rules --format markdown`; do not edit it.

A finding is a prediction about a running httpd, and its *effect* says what happens. The test suite
starts httpd with each bad example of a rule that is *played* and checks that the effect occurs.
Then it starts httpd with each good example and checks that the effect is gone. A rule that is
*advice* cannot be played. A name in parentheses, such as (stapling_renew_response), is the function
of httpd's source that does it.
"""


def rules_page(rules: Sequence[Rule]) -> str:
    """A table of all rules, then a section for each; `Finding.url` links to its heading."""
    return "\n".join([_ABOUT, *_effects(rules), "", *_table(rules), *map(_section, rules)])


def _effects(rules: Sequence[Rule]) -> Iterator[str]:
    yield "| effect | what happens |"
    yield "|---|---|"
    used = {rule.effect for rule in rules}
    yield from (f"| `{effect}` | {effect.meaning} |" for effect in Effect if effect in used)


def _table(rules: Sequence[Rule]) -> Iterator[str]:
    yield "| code | name | severity | effect | log line | fix | |"
    yield "|---|---|---|---|---|---|---|"
    for rule in rules:
        cells = (
            f"[{rule.code}]({_anchor(rule)})",
            rule.name,
            rule.severity.value,
            f"`{rule.effect}`",
            rule.log_id or "",
            _FIXES[rule.fix],
            _played(rule),
        )
        yield f"| {' | '.join(cells)} |"


def _played(rule: Rule) -> str:
    return "advice" if rule.effect is Effect.ADVICE else "played"


def _section(rule: Rule) -> str:
    return f"\n## {_title(rule)}\n\n{rule_text(rule, '###', _anchor)}"


def rule_page(rule: Rule, address: Callable[[Rule], str] | None = None) -> str:
    """The page of one rule; ``address`` is that of the page of another rule."""
    return f"# {_title(rule)}\n\n{rule_text(rule, '##', address)}\n"


def rule_text(rule: Rule, heading: str = "##", address: Callable[[Rule], str] | None = None) -> str:
    """All that a page says about a rule, without its title.

    Other rules are links if their ``address`` is known.
    """
    return "\n\n".join(
        paragraph
        for section in sections(rule)
        for paragraph in (
            f"{heading} {section.title}",
            *(_block(block, address) for block in section.blocks),
        )
    )


def _title(rule: Rule) -> str:
    return f"{rule.code} {rule.name}"


def _anchor(rule: Rule) -> str:
    return f"#{rule.code.lower()}-{rule.name}"


def _block(block: Block, address: Callable[[Rule], str] | None) -> str:
    match block:
        case Items(lines):
            return "\n".join(f"- {line}" for line in lines)
        case Code(language, text):
            return f"```{language}\n{text.rstrip()}\n```"
        case See(rules):
            names = (f"[{_title(r)}]({address(r)})" if address else _title(r) for r in rules)
            return "\n".join(f"- {name}: {r.summary}" for name, r in zip(names, rules, strict=True))
        case Links(addresses):
            return "\n".join(f"- [{text}]({link})" for text, link in addresses.items())
        case _:
            return block
