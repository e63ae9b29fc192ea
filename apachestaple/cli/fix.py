"""``apachestaple fix``."""

from typing import TYPE_CHECKING, Annotated

import typer

from apachestaple.cli.errors import UsageError
from apachestaple.cli.options import Common, FailOn, Format, Ignore, Paths, Select, Templates
from apachestaple.cli.values import one_of

if TYPE_CHECKING:
    from apachestaple.fix.steps.purpose import Purpose


def fix(
    common: Common,
    paths: Paths = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show the changes as a diff, and write nothing.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Write the repaired files to this folder, not in place."),
    ] = None,
    unsafe: Annotated[
        bool,
        typer.Option(
            "--unsafe",
            help="Also apply unsafe repairs: turn stapling on where SSLUseStapling is off, and "
            "set SSLCertificateFile to another file with the same certificate.",
        ),
    ] = False,
    disable: Annotated[bool, typer.Option("--disable", help="Remove stapling everywhere.")] = False,
    use_mod_md: Annotated[
        bool, typer.Option("--use-mod-md", help="Let mod_md staple instead of mod_ssl.")
    ] = False,
    proxy: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Query responders through this proxy."),
    ] = None,
    templates: Templates = None,
    no_comments: Annotated[
        bool,
        typer.Option("--no-comments", help="Write no comments that give the reason for a line."),
    ] = False,
    form: Format = "text",
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="Make no backup; --undo is then not possible.")
    ] = False,
    outside: Annotated[
        bool,
        typer.Option(
            "--outside", help="Also edit included files outside of the server's own folders."
        ),
    ] = False,
    generated: Annotated[
        bool,
        typer.Option(
            "--generated",
            help="Also edit files that a program generates, such as Puppet or a hosting panel.",
        ),
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Restore the files from before the latest fix.")
    ] = False,
    recover: Annotated[bool, typer.Option("--recover", help="Revert an interrupted run.")] = False,
    configtest: Annotated[
        str,
        typer.Option(
            metavar="auto|always|never",
            help="When to run httpd -t; if it fails after the change, the change is reverted.",
        ),
    ] = "auto",
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = None,
) -> int:
    """Repair configurations, and list the remaining findings."""
    from apachestaple.cli.outcome import tell_outcome
    from apachestaple.cli.recover import recover_alone, recover_first
    from apachestaple.cli.undo import undo_latest
    from apachestaple.discovery.starts import find_starts
    from apachestaple.fix.outcome import FixRequest
    from apachestaple.fix.run import run_fix
    from apachestaple.fix.steps.purpose import Goal
    from apachestaple.report.fixes import fix_report
    from apachestaple.rules.catalogue import select_rules
    from apachestaple.rules.finding import is_any_as_bad

    one_of("--configtest", configtest, "auto", "always", "never")
    one_of("--format", form, "text", "json")
    elsewhere = outside or generated
    rewrites = disable or use_mod_md or proxy is not None
    if recover:
        if paths or diff or output or unsafe or no_backup or undo or rewrites or elsewhere:
            raise UsageError("--recover cannot be used with PATH or other options")
        return recover_alone()
    if undo:
        if output or unsafe or no_backup or elsewhere or rewrites:
            raise UsageError("--undo can only be used with PATH, --diff, --format and --configtest")
        return undo_latest(common, paths or [], diff=diff, form=form, configtest=configtest)
    recover_first(only_look=diff or output is not None)
    own = {
        "templates": templates,
        "comments": False if no_comments else None,
        "select": select,
        "ignore": ignore,
        "fail-on": fail_on,
    }
    settings = common.settings(paths, own)
    request = FixRequest(
        diff=diff,
        output=output,
        templates=settings.templates,
        comments=settings.comments,
        backup=not no_backup,
        outside=outside,
        generated=generated,
        configtest=configtest,
        rules=select_rules(settings.select, settings.ignore),
        certificates_required=settings.certificates_required,
        goal=Goal(
            _purpose(disable=disable, use_mod_md=use_mod_md, proxy=proxy), unsafe, _checked(proxy)
        ),
        paths=tuple(paths or ()),
        exclude=settings.exclude,
        ignores=settings.per_path_ignores,
    )
    starts, problems, notes = find_starts(paths or [], settings, in_servers=True)
    if problems:
        raise UsageError("; ".join(problems))
    outcome = run_fix(starts, request)
    common.tell_notes(*notes)
    tell_outcome(outcome, form, common.color, fix_report, diff=diff, quiet=common.quiet)
    return int(bool(outcome.files) if diff else is_any_as_bad(outcome.remaining, settings.fail_on))


def _purpose(*, disable: bool, use_mod_md: bool, proxy: str | None) -> "Purpose":
    from apachestaple.fix.steps.purpose import Purpose

    if sum((disable, use_mod_md, proxy is not None)) > 1:
        raise UsageError("only one of --disable, --use-mod-md and --proxy can be used")
    if disable:
        return Purpose.DISABLE
    return Purpose.USE_MOD_MD if use_mod_md else Purpose.REPAIR


def _checked(proxy: str | None) -> str | None:
    from apachestaple.ocsp.uri import proxy_place

    if proxy is not None:
        try:
            proxy_place(proxy)
        except ValueError as error:
            raise UsageError(f"--proxy {error}") from None
    return proxy
