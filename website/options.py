"""``python -m website.options`` prints the page of all options, docs/reference/options.md."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperArgument

from apachestaple.cli.app import app
from manual.parameters import help_record, visible_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = "apachestaple"
_ABOUT = """\
# Options

This page is written by `python -m website.options`; do not edit it. [Commands](commands.md)
describes what the commands do. `apachestaple COMMAND --help` prints the same options.
"""


def page() -> str:
    """The page: a table for each command."""
    # Typer does not export the type of groups.
    program: Any = typer.main.get_command(app)
    context = typer.Context(program, info_name=PROGRAM)
    lines = [_ABOUT]
    for name in program.list_commands(context):
        command = program.get_command(context, name)
        lines += _section(name, command, typer.Context(command, info_name=name, parent=context))
    return "\n".join(lines)


def _section(name: str, command: Any, context: typer.Context) -> Iterator[str]:
    parameters = visible_parameters(command, context)
    arguments = [each for each in parameters if isinstance(each, TyperArgument)]
    words = " ".join(f"[{help_record(each, context)[0]}]…" for each in arguments)
    yield f"## {name}\n"
    yield f"{' '.join(command.help.split())}\n"
    yield f"```text\n{PROGRAM} {name} [OPTION]… {words}".rstrip() + "\n```\n"
    yield "| option | meaning |"
    yield "|---|---|"
    for parameter in parameters:
        names, text = help_record(parameter, context)
        yield f"| `{_cell(names)}` | {_cell(text)} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


if __name__ == "__main__":
    sys.stdout.write(page())
