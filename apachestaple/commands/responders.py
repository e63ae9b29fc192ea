"""``apachestaple responders``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from apachestaple.commands.trouble import one_of, tell_errors
from apachestaple.report.json import responders_json
from apachestaple.report.tables import responders_table
from apachestaple.report.terminal import emit, paint_for
from apachestaple.settings import load_settings
from apachestaple.sites import read_site
from apachestaple.tls.responders import responders

if TYPE_CHECKING:
    from collections.abc import Mapping


def run_responders(
    path: str | None, options: Mapping[str, object], form: str, *, config: str | None = None
) -> int:
    """Print the OCSP responders."""
    form = one_of("--format", form, "text", "json")
    site = read_site(path, load_settings(options, near=path, config=config))
    tell_errors(site.configuration)
    found = responders(site)
    as_json = form == "json"
    emit(responders_json(found) if as_json else responders_table(found, paint_for(sys.stdout)))
    return 0
