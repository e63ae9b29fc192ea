"""Makes Typer commands of functions that return an exit code."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from itertools import pairwise
from typing import Any, get_type_hints

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from apachestaple.cli.errors import exit_code
from apachestaple.report.terminal import printable, without_commands


def as_command(function: Callable[..., int]) -> Callable[..., None]:
    """Return a function that Typer can register and that exits with the exit code.

    A parameter of ``function`` that is a dataclass, such as `Common`, stands for the options that
    are its fields. If the function has an option with the same name, its own option is used.
    """
    signature = inspect.signature(function)
    own: list[inspect.Parameter] = []
    shared: list[inspect.Parameter] = []
    groups: dict[str, tuple[Any, list[str]]] = {}
    for name, parameter in signature.parameters.items():
        kind = parameter.annotation
        if not is_dataclass(kind):
            own.append(parameter.replace(kind=_KEYWORD))
            continue
        hints = get_type_hints(kind, include_extras=True)
        taken = [each for each in fields(kind) if each.name not in signature.parameters]
        groups[name] = (kind, [each.name for each in taken])
        shared += [
            inspect.Parameter(
                each.name, _KEYWORD, default=each.default, annotation=hints[each.name]
            )
            for each in taken
        ]

    def run(**options: Any) -> None:  # noqa: ANN401  (each has the type of its parameter)
        made = {
            name: kind(**{each: options.pop(each) for each in names})
            for name, (kind, names) in groups.items()
        }
        raise typer.Exit(exit_code(function, **made, **options))

    run.__name__ = function.__name__
    run.__doc__ = function.__doc__
    run.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]
    return run


_KEYWORD = inspect.Parameter.KEYWORD_ONLY


class _UsageErrors:
    """Escapes the arguments of the command line in Typer's own error messages.

    Typer escapes control characters only in some messages, and bidirectional characters in none. An
    argument can be the name of somebody else's file, because shells expand wildcards.
    """

    def make_context(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        # Typer takes words off the list.
        words = tuple(options["args"] if "args" in options else arguments[1])
        try:
            with _escaped():
                return super().make_context(*arguments, **options)  # type: ignore[misc]
        except _UsageError as error:
            if "--format=nagios" not in words and ("--format", "nagios") not in pairwise(words):
                raise
            from apachestaple.cli.plugin import unknown

            raise typer.Exit(unknown(error.format_message())) from None


@contextmanager
def _escaped() -> Iterator[None]:
    try:
        yield
    except _UsageError as error:
        error.message = without_commands(printable(error.message))
        raise


# Typer does not export it.
_UsageError: Any = typer.BadParameter.__base__


class _TakesWords:
    """Passes the values of options and arguments on as they are written.

    Typer from 0.29 on converts every value with pydantic, whose import takes as long as all of
    ``apachestaple lint``. All our options are words or switches, and the commands check them.
    """

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  (Typer's click is private)
        parameters: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for parameter in parameters:
            if not parameter.required:
                is_argument = isinstance(parameter, TyperArgument)
                parameter.__class__ = _Argument if is_argument else _Option
        return parameters


class Command(_UsageErrors, _TakesWords, TyperCommand):
    """A command."""


class Group(_UsageErrors, _TakesWords, TyperGroup):
    """The program, which contains the commands."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        with _escaped():
            return super().resolve_command(ctx, args)


class _Argument(TyperArgument):
    def display_type_rich(self, ctx: Any) -> None:  # noqa: ANN401
        """Show no type in the help, because the metavar describes the value."""

    def process_value(self, ctx: Any, value: Any) -> Any:  # noqa: ANN401
        return _as_written(self, ctx, value)


class _Option(TyperOption):
    def process_value(self, ctx: Any, value: Any) -> Any:  # noqa: ANN401
        return _as_written(self, ctx, value)


def _as_written(parameter: Any, ctx: Any, value: Any) -> Any:  # noqa: ANN401
    if value is None and (parameter.multiple or parameter.nargs == -1):
        value = ()
    return parameter.callback(ctx, parameter, value) if parameter.callback else value
