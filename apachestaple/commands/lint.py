"""``apachestaple lint``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from apachestaple.commands.trouble import USELESS, tell
from apachestaple.discovery.sites import read_sites
from apachestaple.httpd.layout import ask_ahead
from apachestaple.report.lint import lint_report
from apachestaple.report.terminal import Paint, emit, paint_for
from apachestaple.rules.catalogue import select_rules
from apachestaple.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def run_lint(
    paths: Sequence[str],
    options: Mapping[str, object],
    *,
    config: str | None = None,
    output: str | None = None,
    online: bool = False,
) -> int:
    """Report the findings about ``paths``; 1 where one is bad enough, 2 where one has no file.

    ``online`` asks the responders first.
    """
    ask_ahead(paths[0] if paths else None)
    settings = load_settings(options, near=paths[0] if paths else None, config=config)
    rules = select_rules(settings.select, settings.ignore)
    sites = read_sites(paths, settings)
    tell(*sites.troubles)
    if not sites.sites:
        return USELESS
    if online:
        from apachestaple.commands.online import ask_responders  # noqa: PLC0415  (loads sockets)

        ask_responders(sites.sites)
    paint = Paint() if output else paint_for(sys.stdout)
    report = lint_report(sites, rules, settings.format, paint)
    emit(report.text, output, exact=settings.format == "github")
    return USELESS if sites.troubles else report.exit_code(settings.fail_on)
