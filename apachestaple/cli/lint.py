"""``apachestaple lint``."""

import sys
from typing import Annotated

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


def lint(
    common: Common,
    paths: Paths = None,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="text|json|github", help="Report format [default: text]."),
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the report to a file.")
    ] = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = None,
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
    from apachestaple.report.lint import lint_report
    from apachestaple.report.terminal import Paint, emit, paint_for
    from apachestaple.rules.catalogue import all_rules, select_rules
    from apachestaple.rules.finding import is_any_as_bad

    if not online and (allow_private or deadline is not None):
        raise UsageError("--allow-private and --deadline can only be used with --online")
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
    paint = Paint() if output else paint_for(sys.stdout)
    report = lint_report(sites, result, settings.format, paint, ignored)
    emit(report, output, exact=settings.format == "github")
    return FAILED if problems else int(is_any_as_bad(result.findings, settings.fail_on))
