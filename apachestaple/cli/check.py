"""``apachestaple responders --check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.cli.errors import FAILED, UsageError, tell, tell_errors
from apachestaple.cli.online import AskPolicy, ask_responders
from apachestaple.cli.plugin import FORMATS
from apachestaple.cli.values import one_of
from apachestaple.discovery.sites import read_paths
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.queries import unaskable
from apachestaple.mod_ssl.responders import responders
from apachestaple.report.answers import answers_table
from apachestaple.report.json import answers_json
from apachestaple.report.lint import LintReport, lint_report
from apachestaple.report.summary import summarize
from apachestaple.report.terminal import emit
from apachestaple.rules.catalogue import select_rules
from apachestaple.rules.finding import is_any_as_bad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.cli.options import Common


def check_responders(
    common: Common,
    paths: Sequence[str],
    form: str,
    output: str | None,
    *,
    allow_private: bool,
    deadline: str | None,
) -> int:
    """Query the responders and print their answers.

    Returns:
        1 if a finding about an answer has at least the severity of ``--fail-on``.

    """
    form = one_of("--format", form, *FORMATS)
    policy = AskPolicy.given(allow_private=allow_private, deadline=deadline)
    settings = common.settings(paths)
    chosen = select_rules(settings.select, settings.ignore)
    rules = [rule for rule in chosen if rule.needs_answers]
    found = read_paths(paths, settings)
    sites = found.sites
    if not sites and found.problems:
        raise UsageError("; ".join(found.problems))
    tell(*found.problems)
    common.tell_notes(*found.notes)
    for site in sites:
        tell_errors(site.configuration)
    answers = ask_responders(sites, policy)
    result = lint(sites, rules, answers)
    if form == "nagios":
        from apachestaple.report.answers_nagios import answers_nagios, answers_verdict

        unasked = unaskable(host for site in sites for host in site.stapling_hosts)
        errors = [*found.problems, *unasked]
        emit(answers_nagios(answers, result.findings, errors), output, exact=True)
        return answers_verdict(answers, result.findings, errors)
    if form == "prometheus":
        from apachestaple.report.answers_prometheus import answers_prometheus

        emit(answers_prometheus(answers), output, exact=True)
    elif form == "json":
        emit(answers_json(responders(*sites), answers), output)
    else:
        paint = common.paint
        summary = summarize(sites, result.findings, result.suppressed)
        report = lint_report(LintReport(sites, result.findings, summary, paint=paint), "text")
        emit(f"{answers_table(answers, paint)}\n{report}", output)
    return FAILED if found.problems else int(is_any_as_bad(result.findings, settings.fail_on))
