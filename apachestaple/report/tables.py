"""The tables of ``responders`` and ``rules``."""

from __future__ import annotations

from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from apachestaple.report.columns import aligned, wrapped
from apachestaple.report.rule_page import Code, Items, Links, See, sections
from apachestaple.report.terminal import Paint, printable, short
from apachestaple.rules.catalogue import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from apachestaple.ocsp.responder import Responder
    from apachestaple.report.rule_page import Block
    from apachestaple.rules.rule import Rule

# Of the paragraphs of a rule's page.
_COLUMNS = 100


def _below(details: Sequence[str]) -> Iterator[str]:
    return (f"    {printable(detail)}" for detail in details)


def responders_table(
    responders: Sequence[Responder],
    paint: Paint,
    addresses: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> str:
    """A line for each responder; below it, hosts and certificates, and addresses if known."""
    if not responders:
        return "No OCSP responders.\n"
    rows = [["URL", "HOST", "PORT", "USED"]]
    rows += [
        [r.url, r.host or "?", str(r.port or "?"), "yes" if r.used else "no"] for r in responders
    ]
    heading, *lines = aligned(rows)
    text = [paint(heading, "bold")]
    for shown, responder in zip(lines, responders, strict=True):
        details = [f"for {_some(responder.hosts)}"] if responder.hosts else []
        details.append(f"certificate {_some(list(map(short, responder.certificates)))}")
        details += [f"through the proxy {proxy}" for proxy in responder.proxies]
        if not responder.used:
            details += [f"not queried: {refusal}" for refusal in responder.refusals]
        if responder.host in addresses:
            details.append(f"at {', '.join(addresses[responder.host])}")
        text += [shown, *_below(details)]
    return "\n".join(text) + "\n"


def _some(words: Sequence[str]) -> str:
    """The first of the words, and the number of the others."""
    more = f" and {len(words) - 1} more" if len(words) > 1 else ""
    return f"{words[0]}{more}"


def rules_table(rules: Sequence[Rule], paint: Paint) -> str:
    """A line for each rule, below a line for each category."""
    rows = [["CODE", "NAME", "SEVERITY", "EFFECT", "SUMMARY"]]
    rows += [[r.code, r.name, r.severity.value, r.effect.value, r.summary] for r in rules]
    heading, *lines = aligned(rows)
    text = [paint(heading, "bold")]
    shown = zip(rules, lines, strict=True)
    for prefix, of_category in groupby(shown, lambda pair: pair[0].code[:3]):
        text += ["", paint(f"{prefix}xx {CATEGORIES[prefix]}", "bold")]
        text += [line for _, line in of_category]
    return "\n".join(text) + "\n"


def rule_in_text(rule: Rule, paint: Paint) -> str:
    """The page of one rule, for a terminal."""
    return "\n".join(_rule_lines(rule, paint)) + "\n"


def _rule_lines(rule: Rule, paint: Paint) -> Iterator[str]:
    yield paint(f"{rule.code} {rule.name}", "bold")
    for section in sections(rule):
        yield ""
        yield paint(section.title, "bold")
        for number, block in enumerate(section.blocks):
            if number:
                yield ""
            yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Items(lines):
            yield from lines
        case Code(_, text):
            yield from (f"    {printable(line)}".rstrip() for line in text.splitlines())
        case See(rules):
            yield from (f"{rule.code} {rule.name}: {rule.summary}" for rule in rules)
        case Links(addresses):
            yield from (f"{text}: {link}" for text, link in addresses.items())
        case _:
            for number, paragraph in enumerate(block.split("\n\n")):
                yield from [""] if number else []
                words = " ".join(paragraph.split())
                yield from wrapped(words, _COLUMNS, first=0, indent=0)
