"""``apachestaple lint``."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from apachestaple.cli.errors import FAILED, UsageError, tell
from apachestaple.cli.options import (
    AllowPrivate,
    Common,
    Deadline,
    FailOn,
    Ignore,
    Paths,
    Select,
)

if TYPE_CHECKING:
    from apachestaple.report.lint import LintReport


def lint(
    common: Common,
    paths: Paths = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="text|concise|json|github|gitlab|sarif|junit",
            help="Report format [default: text].",
        ),
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the report to a file.")
    ] = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = None,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit with 0 also if there are findings.")
    ] = False,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Show only the number of findings of each rule.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="List all findings and hosts in the text.")
    ] = False,
    online: Annotated[
        bool, typer.Option("--online", help="Query the OCSP responders, as httpd does.")
    ] = False,
    allow_private: AllowPrivate = False,
    deadline: Deadline = None,
) -> int:
    """Check configurations for OCSP stapling problems."""
    from apachestaple.discovery.locate import ask_ahead

    # httpd runs in the background while the modules below are loaded.
    ask_ahead(paths[0] if paths else None)
    from apachestaple.discovery.starts import find_starts
    from apachestaple.lint.lint import lint as lint_sites
    from apachestaple.mod_ssl.reading import read_sites
    from apachestaple.report.lint import LintReport, lint_report
    from apachestaple.report.summary import summarize
    from apachestaple.report.terminal import Paint, columns_of, emit
    from apachestaple.rules.catalogue import all_rules, select_rules
    from apachestaple.rules.finding import is_any_as_bad

    if not online and (allow_private or deadline is not None):
        raise UsageError("--allow-private and --deadline can only be used with --online")
    if statistics and form not in (None, "text", "concise"):
        raise UsageError("--statistics can only be used with --format text or concise")
    own = {"format": form, "select": select, "ignore": ignore, "fail-on": fail_on}
    settings = common.settings(paths, own)
    found = find_starts(paths or [], settings)
    sites, unread = read_sites(found.starts, settings.certificates_required)
    # The rules are loaded here because a second process may still be reading certificates.
    rules = select_rules(settings.select, settings.ignore)
    # The report must show that a settings file turns rules off.
    ignored = 0 if select or ignore else len(all_rules()) - len(rules)
    problems = (*found.problems, *unread)
    tell(*problems)
    if not sites:
        return FAILED
    answers = {}
    if online:
        from apachestaple.cli.online import AskPolicy, ask_responders, with_cache_servers

        policy = AskPolicy.given(allow_private=allow_private, deadline=deadline)
        answers = ask_responders(sites, policy)
        sites = with_cache_servers(sites, policy)
    result = lint_sites(sites, rules, answers)
    report = LintReport(
        sites,
        result.findings,
        summarize(sites, result.findings, result.suppressed),
        ignored_rules=ignored,
        fail_on=settings.fail_on,
        paint=Paint() if output else common.paint,
        columns=None if output else columns_of(sys.stdout),
        verbose=verbose,
        statistics=statistics,
    )
    emit(lint_report(report, settings.format), output, exact=settings.format == "github")
    if settings.format == "github":
        _add_step_summary(report)
    if problems:
        return FAILED
    return int(not exit_zero and is_any_as_bad(result.findings, settings.fail_on))


def _add_step_summary(report: "LintReport") -> None:
    """Append to the file whose content GitHub shows on the page of a run."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    from apachestaple.report.step_summary import step_summary

    with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(step_summary(report))
