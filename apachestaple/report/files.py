"""The list of ``lint --show-files``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.filesystem.globs import match_any
from apachestaple.report.terminal import printable, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apachestaple.filesystem.globs import PathPattern
    from apachestaple.mod_ssl.site import Site


def files_list(sites: Iterable[Site], exclude: Sequence[PathPattern]) -> str:
    """The configuration files that were read and are not excluded, one on each line."""
    paths = dict.fromkeys(path for site in sites for path in site.configuration.files)
    shown = (path for path in paths if not match_any(exclude, path))
    return "".join(f"{printable(short(path))}\n" for path in shown)
