"""The page docs/rules.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Fix
from apachestaple.rules.rule import FIXED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.rules.rule import Example, Rule

_FIXES = {Fix.SAFE: "yes", Fix.UNSAFE: "with `--unsafe`", None: "no"}
_ABOUT = """\
# Rules

This page is written by `apachestaple rules --format markdown`; do not edit it.

A finding is a prediction about a running httpd, and its *effect* says what happens. The test suite
starts httpd with each bad example of a rule that is *played* and checks that the effect occurs.
Then it starts httpd with each good example and checks that the effect is gone. A rule that is
*advice* cannot be played.
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
            f"[{rule.code}](#{rule.code.lower()}-{rule.name})",
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
    return f"\n## {rule.code} {rule.name}\n\n{rule_text(rule)}"


def rule_text(rule: Rule) -> str:
    """All that the page says about a rule, without its heading."""
    return "\n".join(_section_lines(rule))


def _section_lines(rule: Rule) -> Iterator[str]:
    yield f"**{rule.summary}**\n"
    if rule.explanation:
        yield f"{rule.explanation}\n"
    yield f"- Severity: {rule.severity}, confidence: {rule.confidence}"
    yield f"- Effect: `{rule.effect}`, {rule.effect.meaning} ({_played(rule)})"
    if rule.log_id:
        yield f"- Log line: `{rule.log_id}`"
    if rule.benchmark:
        number = rule.benchmark.removeprefix("CIS ")
        yield f"- Benchmark: CIS Apache HTTP Server 2.4 Benchmark, {number}"
    yield f"- Repaired by `apachestaple fix`: {_FIXES[rule.fix]}"
    if rule.needs_whole:
        yield "- Checked only in whole configurations, not in fragments"
    if rule.needs_answers:
        yield "- Checked only by `lint --online` and `responders --check`"
    for title, examples in (("Bad", rule.bad), ("Good", rule.good)):
        for example in examples:
            yield from _example(title, example)


def _example(title: str, example: Example) -> Iterator[str]:
    if example is FIXED:
        yield f"\n{title}: the output of `apachestaple fix` for each bad example."
        return
    yield f"\n{title}:\n"
    yield _block(example.text)
    for name, text in example.files.items():
        yield f"\nwith `{name}`:\n"
        yield _block(text)
    for name, target in example.links.items():
        yield f"\nwith `{name}`, a link to `{target}`."
    if example.without:
        yield f"\nwithout {', '.join(f'`{module}`' for module in sorted(example.without))}."
    if example.rejection:
        yield f"\nhttpd -t: `{example.rejection}`"


def _block(text: str) -> str:
    return f"```apache\n{text.rstrip()}\n```"
