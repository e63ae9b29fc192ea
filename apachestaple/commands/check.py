"""``apachestaple responders --check``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from apachestaple.commands.online import ask_responders
from apachestaple.commands.trouble import one_of, tell_errors
from apachestaple.report.answers import answers_table
from apachestaple.report.json import answers_json
from apachestaple.report.summary import summarize
from apachestaple.report.terminal import emit, paint_for
from apachestaple.report.text import text_report
from apachestaple.rules.catalogue import select_rules
from apachestaple.rules.finding import is_any_as_bad
from apachestaple.rules.lint import lint
from apachestaple.rules.responder_rule import ResponderRule
from apachestaple.settings import load_settings
from apachestaple.sites import read_site
from apachestaple.tls.responders import responders

if TYPE_CHECKING:
    from collections.abc import Mapping


def run_check(
    path: str | None, options: Mapping[str, object], form: str, *, config: str | None = None
) -> int:
    """Ask the responders and print what they answer; 1 where an answer is bad enough."""
    form = one_of("--format", form, "text", "json")
    settings = load_settings(options, near=path, config=config)
    chosen = select_rules(settings.select, settings.ignore)
    rules = [rule for rule in chosen if isinstance(rule, ResponderRule)]
    site = read_site(path, settings)
    tell_errors(site.configuration)
    ask_responders([site])
    findings = lint(site, rules)
    if form == "json":
        emit(answers_json(responders(site), site.answers))
    else:
        paint = paint_for(sys.stdout)
        summary = summarize([site], findings)
        report = text_report(findings, site.configuration.files, summary, paint=paint)
        emit(f"{answers_table(site.answers, paint)}\n{report}")
    return int(is_any_as_bad(findings, settings.fail_on))
