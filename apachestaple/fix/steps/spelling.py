"""What is written wrong: names, and quotes and spaces of a web page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import real_file, replace, written_lines
from apachestaple.fix.steps.plan import Plan, Repairs
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.web_characters import without_web_characters
from apachestaple.rules.as101_misspelt_directive import meant_name
from apachestaple.rules.catalogue import find_rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.fix.editing.edit import Edit
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


def repair_spelling(site: Site, repairs: Repairs) -> Plan:
    """Every directive that AS101 or AS106 finds; a line may have both faults."""
    edits: dict[tuple[str, int], Edit] = {}
    for code, repair in (("AS106", _characters), ("AS101", _name)):
        rule = find_rule(code)
        if rule is None or code not in repairs.codes:
            continue
        places = {(f.place.file, f.place.line) for f in lint(site, [rule]) if f.repair}
        # What is included twice stands once.
        found = {
            (real_file(directive), directive.line): directive
            for directive in site.configuration.directives
            if (directive.file, directive.line) in places
        }
        for place, directive in found.items():
            known = edits.get(place)
            repaired, reason = repair(directive, known.lines if known else written_lines(directive))
            if known:
                reason = f"{known.reason}; {reason}"
            edits[place] = replace(directive, repaired, reason)
    return Plan(tuple(edits.values()))


def _characters(_directive: Directive, lines: Sequence[str]) -> tuple[list[str], str]:
    first, *further = (without_web_characters(line).rstrip() for line in lines)
    reason = "straight quotes and spaces instead of those of a web page"
    return [first.lstrip(), *further], reason


def _name(directive: Directive, lines: Sequence[str]) -> tuple[list[str], str]:
    meant = meant_name(directive.key) or directive.name
    first, *further = (line.rstrip() for line in lines)
    first = first.strip().replace(directive.name, meant, 1)
    return [first, *further], f"{meant} instead of {directive.name}"
