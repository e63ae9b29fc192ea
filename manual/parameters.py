"""Options and arguments of a command, equal with all versions of Typer."""

import re
from typing import Any

import typer
from typer.core import TyperArgument


def visible_parameters(command: Any, context: typer.Context) -> list[Any]:
    """The parameters that ``--help`` lists."""
    return [each for each in command.get_params(context) if not getattr(each, "hidden", False)]


def help_record(parameter: Any, context: typer.Context) -> tuple[str, str]:
    """The names of a parameter, and its help in one line."""
    names, text = parameter.get_help_record(context)
    if isinstance(parameter, TyperArgument):
        # Some versions of Typer put optional arguments into brackets.
        names = parameter.metavar
    return names, re.sub(r"\s+", " ", text)
