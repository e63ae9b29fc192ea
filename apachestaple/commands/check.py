"""``apachestaple responders --check``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from apachestaple.commands.online import ask_responders
from apachestaple.commands.responders import ResponderSwitches
from apachestaple.commands.trouble import USELESS, TroubleError, one_of, tell, tell_errors
from apachestaple.discovery.sites import read_sites
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.responders import responders
from apachestaple.report.answers import answers_table
from apachestaple.report.json import answers_json
from apachestaple.report.summary import summarize
from apachestaple.report.terminal import emit, paint_for
from apachestaple.report.text import text_report
from apachestaple.rules.catalogue import select_rules
from apachestaple.rules.finding import is_any_as_bad
from apachestaple.rules.responder_rule import ResponderRule
from apachestaple.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def run_check(
    paths: Sequence[str],
    options: Mapping[str, object],
    switches: ResponderSwitches,
    *,
    config: str | None = None,
) -> int:
    """Ask the responders and print what they answer; 1 where an answer is bad enough.

    Raises:
        TroubleError: the switches do not go together.

    """
    form = one_of("--format", switches.form, "text", "json")
    if switches != ResponderSwitches(form):
        raise TroubleError("--check goes with --format text or json, and with no other option")
    settings = load_settings(options, near=paths[0] if paths else None, config=config)
    chosen = select_rules(settings.select, settings.ignore)
    rules = [rule for rule in chosen if isinstance(rule, ResponderRule)]
    sites = read_sites(paths, settings)
    tell(*sites.troubles)
    if not sites.sites:
        return USELESS
    for site in sites.sites:
        tell_errors(site.configuration)
    ask_responders(sites.sites)
    findings = [finding for site in sites.sites for finding in lint(site, rules)]
    # All sites have the same answers.
    answers = sites.sites[0].answers
    if form == "json":
        emit(answers_json(responders(*sites.sites), answers))
    else:
        paint = paint_for(sys.stdout)
        summary = summarize(sites.sites, findings)
        report = text_report(findings, sites.sources(), summary, paint=paint)
        emit(f"{answers_table(answers, paint)}\n{report}")
    return USELESS if sites.troubles else int(is_any_as_bad(findings, settings.fail_on))
