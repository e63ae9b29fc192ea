"""What is written wrong: names, and quotes and spaces of a web page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.place import replace, written_lines
from apachestaple.fix.plan import Plan, Repairs
from apachestaple.rules.as101_misspelt_directive import meant_name
from apachestaple.rules.catalogue import find_rule
from apachestaple.rules.lint import lint
from apachestaple.tls.web_characters import without_web_characters

if TYPE_CHECKING:
    from apachestaple.fix.edit import Edit
    from apachestaple.httpd.configuration import Directive
    from apachestaple.tls.site import Site


def repair_spelling(site: Site, repairs: Repairs) -> Plan:
    """Every directive that AS101 or AS106 finds."""
    edits: dict[tuple[str, int], Edit] = {}
    for code, repair in (("AS106", _characters), ("AS101", _name)):
        rule = find_rule(code)
        if rule is None or code not in repairs.codes:
            continue
        places = {(f.place.file, f.place.line) for f in lint(site, [rule]) if f.repair}
        for directive in site.configuration.directives:
            if (directive.file, directive.line) in places:
                edit = repair(directive)
                edits.setdefault((edit.file, edit.line), edit)
    return Plan(tuple(edits.values()))


def _characters(directive: Directive) -> Edit:
    first, *further = (without_web_characters(line).rstrip() for line in written_lines(directive))
    reason = "straight quotes and spaces instead of those of a web page"
    return replace(directive, (first.lstrip(), *further), reason)


def _name(directive: Directive) -> Edit:
    meant = meant_name(directive.key) or directive.name
    first, *further = (line.rstrip() for line in written_lines(directive))
    first = first.strip().replace(directive.name, meant, 1)
    return replace(directive, (first, *further), f"{meant} instead of {directive.name}")
