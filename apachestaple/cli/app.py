"""The Typer application: its commands and the options of the program itself."""

from importlib import import_module
from typing import Annotated, Any

import typer
import typer.main

from apachestaple.cli.command import Command, Group, as_command

# In the order of the help. Each is a function in the module of the same name.
_COMMANDS = (
    *("lint", "fix", "dump", "hosts", "responders", "probe"),
    *("report", "rules", "explain", "server"),
)


class _Program(Group):
    """The program. It makes only the commands that are called, because each takes 1 ms."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  (they are Typer's)
        super().__init__(**options)
        names: dict[str, Any] = dict.fromkeys(_COMMANDS)
        self.commands = names

    def get_command(self, _: Any, cmd_name: str) -> Any:  # noqa: ANN401  (Typer's click is private)
        return _command(cmd_name) if cmd_name in _COMMANDS else None


def _command(name: str) -> Any:  # noqa: ANN401  (likewise)
    function = getattr(import_module(f"apachestaple.cli.{name}"), name)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(cls=Command)(as_command(function))
    return typer.main.get_command(alone)


app = typer.Typer(
    name="apachestaple",
    cls=_Program,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _show_version(wanted: bool) -> None:
    if not wanted:
        return
    from apachestaple.cli.errors import exit_code
    from apachestaple.report.terminal import emit
    from apachestaple.report.version import version_report

    def show() -> int:
        emit(version_report())
        return 0

    raise typer.Exit(exit_code(show))


@app.callback()
def _apachestaple(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show versions and exit."
        ),
    ] = False,
) -> None:
    """Check and repair OCSP stapling in Apache httpd configurations."""
