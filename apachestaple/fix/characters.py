"""Straight quotes and spaces for those of a web page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.place import replace
from apachestaple.fix.plan import Plan, Repairs
from apachestaple.rules.catalogue import find_rule
from apachestaple.rules.lint import lint
from apachestaple.tls.web_characters import without_web_characters

if TYPE_CHECKING:
    from apachestaple.tls.hosts import Site

_CODE = "AS106"


def repair_characters(site: Site, repairs: Repairs) -> Plan:
    """Every directive of mod_ssl with such characters."""
    rule = find_rule(_CODE)
    if rule is None or _CODE not in repairs.codes:
        return Plan()
    places = {(f.place.file, f.place.line) for f in lint(site, [rule])}
    edits = []
    for directive in site.configuration.directives:
        if (directive.file, directive.line) not in places:
            continue
        file = directive.source_file
        lines = [file.physical_line(n) for n in range(directive.line, directive.end_line + 1)]
        first, *further = (without_web_characters(line).rstrip() for line in lines)
        edits.append(
            replace(
                directive,
                (first.strip("\N{NO-BREAK SPACE} \t"), *further),
                "straight quotes and spaces instead of those of a web page",
            )
        )
    return Plan(tuple(edits))
