"""What to change: a site in, edits out, one step after the other.

The configuration is read anew after each step, so a step sees what the one before it has done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.rules.lint import is_suppressed

if TYPE_CHECKING:
    from apachestaple.fix.edit import Edit
    from apachestaple.fix.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.tls.site import Site


@dataclass(frozen=True)
class Repairs:
    """What a step may use.

    Attributes:
        codes: the rules whose findings are to be repaired.
        renderer: makes the lines.
        unsafe: whether what changes the site's promises is repaired, too.

    """

    codes: Collection[str]
    renderer: Renderer
    unsafe: bool = False

    def wanted(self, code: str, directive: Directive, site: Site) -> bool:
        """Whether what a rule finds at a directive is to be repaired; a comment may ignore it."""
        return code in self.codes and not is_suppressed(code, directive.place, site)


@dataclass(frozen=True)
class Plan:
    """What a step wants.

    Attributes:
        edits: to be made.
        refused: what is left for a person, and why.

    """

    edits: tuple[Edit, ...] = ()
    refused: tuple[str, ...] = ()


Step = Callable[["Site", Repairs], Plan]


def steps() -> tuple[Step, ...]:
    """The steps, in their order: a cache is made for the hosts that staple in the end."""
    from apachestaple.fix.cache import repair_cache  # noqa: PLC0415  (they import this file)
    from apachestaple.fix.responder_errors import repair_responder_errors  # noqa: PLC0415
    from apachestaple.fix.spelling import repair_spelling  # noqa: PLC0415
    from apachestaple.fix.stapling import repair_stapling  # noqa: PLC0415

    return repair_spelling, repair_stapling, repair_cache, repair_responder_errors
