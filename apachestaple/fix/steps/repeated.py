"""What is set again further down, and so to no effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import remove
from apachestaple.fix.steps.plan import Plan, Repairs
from apachestaple.rules.as114_set_twice import is_idle, is_right_before

if TYPE_CHECKING:
    from apachestaple.mod_ssl.site import Site


def remove_repeated(site: Site, repairs: Repairs) -> Plan:
    """The first of two lines where nothing could make a difference between them."""
    edits = [
        remove(directive, f"only the last {directive.name} counts")
        for host in site.hosts
        for directive in host.overridden
        if is_idle(directive, host, site)
        and is_right_before(directive, host.own[directive.key])
        and repairs.wanted("AS114", directive, site)
    ]
    return Plan(tuple(edits))
