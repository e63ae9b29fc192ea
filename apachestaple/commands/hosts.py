"""``apachestaple hosts``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from apachestaple.commands.trouble import one_of, tell_errors
from apachestaple.discovery.sites import read_site
from apachestaple.report.json import hosts_json
from apachestaple.report.tables import hosts_table
from apachestaple.report.terminal import emit, paint_for
from apachestaple.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping


def run_hosts(
    path: str | None, options: Mapping[str, object], form: str, *, config: str | None = None
) -> int:
    """Print the TLS hosts."""
    form = one_of("--format", form, "text", "json")
    site = read_site(path, load_settings(options, near=path, config=config))
    tell_errors(site.configuration)
    emit(hosts_json(site) if form == "json" else hosts_table(site, paint_for(sys.stdout)))
    return 0
