"""What a planner is: remedies of one kind in, the fewest edits out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apachestaple.fix.editing.edit import Edit
    from apachestaple.fix.editing.render import Renderer
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy


@dataclass(frozen=True)
class Plan:
    """What a planner makes of remedies.

    Attributes:
        edits: to be made, all or none.
        refused: what is left for a person, and why.

    """

    edits: tuple[Edit, ...] = ()
    refused: tuple[str, ...] = ()


# Is handed all remedies, and takes those of its kind.
Planner = Callable[["Site", Sequence["Remedy"], "Renderer"], Plan]
