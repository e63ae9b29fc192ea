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
        bool, typer.Option("--exit-zero", help="Exit with 0 even if there are findings.")
    ] = False,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Show only the number of findings of each rule.")
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            help="List all findings and hosts in the text report, and print how each file is read.",
        ),
    ] = False,
    show_files: Annotated[
        bool, typer.Option("--show-files", help="Only list the files that are read.")
    ] = False,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB",
            help="Do not search these files or folders, and report no findings in them. "
            "Repeatable.",
        ),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Report only findings that are not in FILE.")
    ] = None,
    write_baseline: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write all findings to FILE; with --baseline, only the known ones.",
        ),
    ] = None,
    add_ignore: Annotated[
        str | None,
        typer.Option(
            metavar="REASON", help="Add comments that ignore all findings, with this reason."
        ),
    ] = None,
    online: Annotated[
        bool, typer.Option("--online", help="Query the OCSP responders, as httpd does.")
    ] = False,
    allow_private: AllowPrivate = False,
    deadline: Deadline = None,
    stdin_filename: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Path of the file on standard input, for PATH -."),
    ] = None,
) -> int:
    """Check configurations for OCSP stapling problems."""
    from apachestaple.httpd.machine import ask_ahead

    # httpd runs in the background while the modules below are loaded.
    ask_ahead(paths[0] if paths else None)
    from apachestaple.cli.values import standard_input
    from apachestaple.discovery.sites import read_paths
    from apachestaple.httpd.limits import MOST_BYTES
    from apachestaple.lint.lint import lint as lint_sites
    from apachestaple.lint.path_ignores import without_paths
    from apachestaple.report.lint import LintReport, lint_report
    from apachestaple.report.summary import summarize
    from apachestaple.report.terminal import Paint, columns_of, emit
    from apachestaple.rules.catalogue import all_rules, select_rules
    from apachestaple.rules.finding import is_any_as_bad

    if not online and (allow_private or deadline is not None):
        raise UsageError("--allow-private and --deadline can only be used with --online")
    own = {
        "format": form,
        "select": select,
        "ignore": ignore,
        "fail-on": fail_on,
        "exclude": exclude,
    }
    texts: dict[str, str] = {}
    if stdin_filename is not None:
        if paths != ["-"]:
            raise UsageError("--stdin-filename can only be used with PATH -")
        paths = [stdin_filename]
        texts[stdin_filename] = standard_input(MOST_BYTES)
    settings = common.settings(paths, own)
    if statistics and settings.format not in ("text", "concise"):
        raise UsageError("--statistics can only be used with --format text or concise")
    found = read_paths(paths or [], settings, texts)
    sites = found.sites
    # The rules are loaded here because a second process may still be reading certificates.
    rules = select_rules(settings.select, settings.ignore)
    # The report must show that a settings file turns rules off.
    ignored = 0 if select or ignore else len(all_rules()) - len(rules)
    tell(*found.problems)
    common.tell_notes(*found.notes)
    if verbose:
        tell(*(f"{path}: {taken}" for path, taken in sorted(found.taken.items())))
    if not sites and found.problems:
        return FAILED
    if show_files:
        from apachestaple.report.files import files_list

        emit(files_list(sites, settings.exclude), output)
        return FAILED if found.problems else 0
    answers = {}
    if online:
        from apachestaple.cli.online import AskPolicy, ask_responders, with_cache_servers

        policy = AskPolicy.given(allow_private=allow_private, deadline=deadline)
        answers = ask_responders(sites, policy)
        sites = with_cache_servers(sites, policy)
    if add_ignore is not None:
        from apachestaple.cli.add_ignore import add_ignores

        # Comments are not added to templates.
        files = [site for site in sites if not site.configuration.is_template]
        add_ignores(add_ignore, files, rules, answers, settings)
        sites = read_paths(paths or [], settings, texts).sites
    result = lint_sites(sites, rules, answers)
    kept = without_paths(result.findings, settings.exclude, settings.per_path_ignores)
    findings = kept.findings
    if baseline is not None or write_baseline is not None:
        from apachestaple.cli.known import new_findings

        read = {path for site in sites for path in site.configuration.files_in_focus}
        findings = new_findings(kept.findings, read, baseline, write_baseline)
    suppressed = result.suppressed + kept.ignored
    report = LintReport(
        sites,
        findings,
        summarize(sites, findings, suppressed, len(kept.findings) - len(findings)),
        ignored_rules=ignored,
        ignored_by_path=kept.ignored,
        fail_on=settings.fail_on,
        paint=Paint() if output else common.paint,
        columns=None if output else columns_of(sys.stdout),
        verbose=verbose,
        statistics=statistics,
        quiet=common.quiet,
    )
    emit(lint_report(report, settings.format), output, exact=settings.format == "github")
    if settings.format == "github":
        _add_step_summary(report)
    if found.problems:
        return FAILED
    return int(not exit_zero and is_any_as_bad(findings, settings.fail_on))


def _add_step_summary(report: "LintReport") -> None:
    """Append to the file whose content GitHub shows on the page of a run."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    from apachestaple.report.step_summary import step_summary

    with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(step_summary(report))
