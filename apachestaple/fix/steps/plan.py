"""What a step of fix may use, and what it wants: a site in, edits out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.lint.suppressions import is_suppressed

if TYPE_CHECKING:
    from apachestaple.fix.editing.edit import Edit
    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


@dataclass(frozen=True)
class Repairs:
    """What a step may use.

    Attributes:
        codes: the rules whose findings are to be repaired.
        renderer: makes the lines.
        unsafe: whether what changes the site's promises is repaired, too.
        proxy: URL of the proxy through which responders are to be asked, or ``None``.

    """

    codes: Collection[str]
    renderer: Renderer
    unsafe: bool = False
    proxy: str | None = None

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
