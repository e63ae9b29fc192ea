"""The type of planners: functions from remedies of one kind to the fewest edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import real_file

if TYPE_CHECKING:
    from apachestaple.fix.editing.edit import Edit
    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy


@dataclass(frozen=True)
class Plan:
    """The result of a planner.

    Attributes:
        edits: the edits, which are applied all or none.
        refused: the refusals, with their reasons.

    """

    edits: tuple[Edit, ...] = ()
    refused: tuple[str, ...] = ()


# A planner gets all remedies and selects those of its kind.
Planner = Callable[["Site", Sequence["Remedy"], "Renderer"], Plan]


def place_of(directive: Directive) -> tuple[str, int]:
    """The line where a directive is edited, which several directives can share."""
    return real_file(directive), directive.line
