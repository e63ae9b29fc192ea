"""The Typer application: its commands and the options of the program itself."""

from typing import Annotated

import typer

from apachestaple import __version__
from apachestaple.cli.command import Command, Group, as_command
from apachestaple.cli.dump import dump
from apachestaple.cli.explain import explain
from apachestaple.cli.fix import fix
from apachestaple.cli.hosts import hosts
from apachestaple.cli.lint import lint
from apachestaple.cli.probe import probe
from apachestaple.cli.responders import responders
from apachestaple.cli.rules import rules

app = typer.Typer(
    name="apachestaple",
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)


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
    """Check and repair OCSP stapling in Apache httpd configurations."""


for _command in (lint, fix, dump, hosts, responders, probe, rules, explain):
    app.command(cls=Command)(as_command(_command))
