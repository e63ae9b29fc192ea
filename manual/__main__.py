"""``python -m manual`` writes the manual pages to ``docs/man``."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import typer

import apachestaple
from apachestaple.cli.app import app
from manual.page import PROGRAM, command_page, program_page

FOLDER: Final = Path(__file__).parents[1] / "docs/man"
TEXTS: Final[Mapping[str, Any]] = tomllib.loads(
    Path(__file__).with_name("texts.toml").read_text(encoding="utf-8")
)


def pages() -> dict[str, str]:
    """Every page, by the name of its file."""
    # Typer does not export the type of groups.
    program: Any = typer.main.get_command(app)
    context = typer.Context(program, info_name=PROGRAM, **program.context_settings)
    commands = {name: program.get_command(context, name) for name in program.list_commands(context)}
    head = f'{TEXTS["date"]} "apachestaple {apachestaple.__version__}" "User Commands"'
    made = {f"{PROGRAM}.1": program_page(commands, program, context, TEXTS["program"], head)}
    for name, command in commands.items():
        own = typer.Context(command, info_name=name, parent=context)
        made[f"{PROGRAM}-{name}.1"] = command_page(name, command, own, TEXTS[name], head)
    return made


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
