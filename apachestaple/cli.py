"""The command line as Typer sees it: arguments in, one call, the exit code out.

A command is imported when it runs, so that none pays for another. Not
``from __future__ import annotations``: Typer reads the annotations when it runs.
"""

# ruff: noqa: PLC0415  (see above)

from typing import Annotated

import typer

from apachestaple import __version__
from apachestaple.options import Command, Common, Group, with_common

app = typer.Typer(
    name="apachestaple",
    cls=Group,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)

Path = Annotated[
    str | None,
    typer.Argument(
        metavar="PATH",
        show_default=False,
        help="Main file, folder or fragment; this machine's httpd where none is given.",
    ),
]
Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        show_default=False,
        help="Main files, folders or fragments; this machine's httpd where none is given.",
    ),
]
Format = Annotated[str, typer.Option("--format", metavar="text|json", help="Of the report.")]
Select = Annotated[
    list[str] | None,
    typer.Option(metavar="RULES", help="Only these: codes, beginnings of codes, names."),
]
Ignore = Annotated[list[str] | None, typer.Option(metavar="RULES", help="All but these.")]
FailOn = Annotated[
    str | None,
    typer.Option(
        metavar="error|warning|info",
        help="Least severity that makes the exit code 1 [default: warning].",
    ),
]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"apachestaple {__version__}")
        raise typer.Exit


@app.callback()
def _apachestaple(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """OCSP stapling in Apache httpd configurations: predict what it does, and repair it."""


@app.command(cls=Command)
@with_common
def lint(
    common: Common,
    paths: Paths = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", metavar="text|json|github", help="Of the report [default: text]."),
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the report to a file.")
    ] = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = None,
    online: Annotated[
        bool, typer.Option("--online", help="Ask the OCSP responders, as httpd would.")
    ] = False,
) -> None:
    """Say what stapling will do, before httpd does it."""
    from apachestaple.commands.lint import run_lint
    from apachestaple.commands.trouble import exit_code

    own = {"format": format_, "select": select, "ignore": ignore, "fail-on": fail_on}
    options = {**common.settings(), **own}
    raise typer.Exit(
        exit_code(
            run_lint,
            paths or [],
            options,
            config=common.settings_file,
            output=output,
            online=online,
        )
    )


@app.command(cls=Command)
@with_common
def fix(
    common: Common,
    paths: Paths = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Change nothing, show what would change.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Write the repaired files there, and leave these alone."),
    ] = None,
    unsafe: Annotated[
        bool,
        typer.Option("--unsafe", help="Make the repairs, too, that change what the site promises."),
    ] = False,
    disable: Annotated[
        bool, typer.Option("--disable", help="Take stapling out, everywhere.")
    ] = False,
    use_mod_md: Annotated[
        bool, typer.Option("--use-mod-md", help="Let mod_md staple in mod_ssl's place.")
    ] = False,
    proxy: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Have responders asked through this proxy."),
    ] = None,
    templates: Annotated[
        str | None, typer.Option(metavar="DIR", help="Templates of one's own.")
    ] = None,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="Keep no copy; --undo then has none.")
    ] = False,
    outside: Annotated[
        bool,
        typer.Option(
            "--outside", help="Write included files outside of the server's own folders, too."
        ),
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Give back the files that the latest fix found.")
    ] = False,
    recover: Annotated[
        bool, typer.Option("--recover", help="Take back a run that was interrupted.")
    ] = False,
    configtest: Annotated[
        str, typer.Option(metavar="auto|always|never", help="Whether httpd -t has the last word.")
    ] = "auto",
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = None,
) -> None:
    """Repair what can be repaired; what is left is listed."""
    from apachestaple.commands.fix import FixSwitches, Wants, run_fix_command
    from apachestaple.commands.recover import run_recover
    from apachestaple.commands.trouble import exit_code
    from apachestaple.commands.undo import run_undo

    own = {"templates": templates, "select": select, "ignore": ignore, "fail-on": fail_on}
    options = {**common.settings(), **own}
    wants = Wants(disable, use_mod_md, proxy)
    switches = FixSwitches(diff, output, unsafe, not no_backup, outside, configtest, wants)
    if recover:
        alone = not paths and not undo and switches == FixSwitches()
        raise typer.Exit(exit_code(run_recover, alone=alone))
    run = run_undo if undo else run_fix_command
    raise typer.Exit(exit_code(run, paths or [], options, switches, config=common.settings_file))


@app.command(cls=Command)
@with_common
def dump(common: Common, path: Path = None, format_: Format = "text") -> None:
    """Print the directives in effect, like httpd's DUMP_CONFIG."""
    from apachestaple.commands.dump import run_dump
    from apachestaple.commands.trouble import exit_code

    raise typer.Exit(
        exit_code(run_dump, path, common.settings(), format_, config=common.settings_file)
    )


@app.command(cls=Command)
@with_common
def hosts(common: Common, path: Path = None, format_: Format = "text") -> None:
    """List the TLS hosts, and whether they staple."""
    from apachestaple.commands.hosts import run_hosts
    from apachestaple.commands.trouble import exit_code

    raise typer.Exit(
        exit_code(run_hosts, path, common.settings(), format_, config=common.settings_file)
    )


@app.command(cls=Command)
@with_common
def responders(
    common: Common,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            show_default=False,
            help="Main files, folders, fragments or PEM files of certificates; "
            "this machine's httpd where none is given.",
        ),
    ] = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="text, json or csv; rules that let httpd reach them: nftables, iptables, "
            "firewalld, ufw, squid; a redirect to a local proxy, for httpd before 2.4.19: "
            "tinyproxy, redirect-nftables, redirect-iptables.",
        ),
    ] = "text",
    resolve: Annotated[
        bool, typer.Option("--resolve", help="Look up the addresses of names.")
    ] = False,
    proxy: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The proxy that leads out, for the redirect."),
    ] = None,
    templates: Annotated[
        str | None, typer.Option(metavar="DIR", help="Templates of one's own.")
    ] = None,
    connect: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST[:PORT]", help="Take the certificate of a running server, too."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Ask each of them, as httpd would.")
    ] = False,
) -> None:
    """List the OCSP responders to reach, as firewall rules too."""
    from apachestaple.commands.responders import ResponderSwitches, run_responders
    from apachestaple.commands.trouble import exit_code

    switches = ResponderSwitches(format_, resolve, proxy, templates, tuple(connect or ()))
    run = run_responders
    if check:
        from apachestaple.commands.check import run_check as run
    raise typer.Exit(
        exit_code(run, paths or [], common.settings(), switches, config=common.settings_file)
    )


@app.command(cls=Command)
@with_common
def probe(
    common: Common,
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="HOST[:PORT]", show_default=False, help="Running servers."),
    ] = None,
    format_: Format = "text",
    servername: Annotated[
        str | None, typer.Option(metavar="NAME", help="Ask for this name [default: HOST].")
    ] = None,
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Connect there instead of to HOST.")
    ] = None,
    from_path: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="Every TLS host of a configuration, and where it differs from that.",
        ),
    ] = None,
    tls: Annotated[
        str | None, typer.Option(metavar="1.2|1.3", help="Speak this version only.")
    ] = None,
    timeout: Annotated[
        str | None, typer.Option(metavar="SECONDS", help="Limit of a handshake [default: 15].")
    ] = None,
) -> None:
    """Shake hands with running servers, and show their staples."""
    from apachestaple.commands.probe import ProbeSwitches, run_probe
    from apachestaple.commands.trouble import exit_code

    switches = ProbeSwitches(servername, address, from_path, tls, timeout, format_)
    raise typer.Exit(
        exit_code(
            run_probe, targets or [], common.settings(), switches, config=common.settings_file
        )
    )


@app.command(cls=Command)
def rules(
    code: Annotated[
        str | None,
        typer.Argument(metavar="CODE", show_default=False, help="One rule, by code or name."),
    ] = None,
    format_: Format = "text",
) -> None:
    """List the rules, or explain one."""
    from apachestaple.commands.rules import run_rules
    from apachestaple.commands.trouble import exit_code

    raise typer.Exit(exit_code(run_rules, code, format_))


@app.command(cls=Command)
@with_common
def explain(
    common: Common,
    logs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ERROR_LOG",
            show_default=False,
            help="Error logs, rotated and compressed ones too; standard input for - or none.",
        ),
    ] = None,
    format_: Format = "text",
    config: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Configuration that the log belongs to, as lint takes it; a path that ends in "
            ".toml is a settings file, as elsewhere.",
        ),
    ] = None,
) -> None:
    """Say what an error log tells about stapling, and what to do."""
    from apachestaple.commands.explain import run_explain
    from apachestaple.commands.trouble import exit_code

    options = common.settings()
    raise typer.Exit(
        exit_code(
            run_explain,
            logs or [],
            options,
            format_,
            paths=config or [],
            config=common.settings_file,
        )
    )
