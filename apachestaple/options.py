"""The options that commands share, and how Typer is told of them.

Not ``from __future__ import annotations``: Typer reads the annotations when it runs.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Common:
    """What every command that reads a configuration can be told."""

    root: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Folder that stands for the server's /."),
    ] = None
    map: Annotated[
        list[str] | None,
        typer.Option(metavar="FROM=TO", help="The server's path FROM is TO here. Repeatable."),
    ] = None
    define: Annotated[
        list[str] | None,
        typer.Option(
            "-D", "--define", metavar="NAME[=VALUE]", help="Define a name, as httpd's -D does."
        ),
    ] = None
    httpd_version: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="Version of httpd [default: the installed one]."),
    ] = None
    certificates: Annotated[
        str | None,
        typer.Option(
            metavar="required|available",
            help="Whether a certificate that is not here is an error "
            "[default: only in this machine's own configuration].",
        ),
    ] = None
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Settings file [default: apachestaple.toml, pyproject.toml]."
        ),
    ] = None

    isolated: Annotated[bool | None, typer.Option("--isolated", help="Read no settings file.")] = (
        None
    )

    @property
    def settings_file(self) -> str | None:
        """The settings file to read, as `load_settings` takes it."""
        if not self.isolated:
            return self.config
        if self.config is not None:
            raise typer.BadParameter("--isolated and --config do not go together")
        from apachestaple.settings import NO_FILE  # noqa: PLC0415  (--version need not load it)

        return NO_FILE

    def settings(self) -> dict[str, object]:
        """Its options by the keys of a settings file."""
        return {
            "root": self.root,
            "map": self.map,
            "define": self.define,
            "httpd-version": self.httpd_version,
            "certificates": self.certificates,
        }


def with_common(
    command: Callable[Concatenate[Common, _Parameters], _Result],
) -> Callable[..., _Result]:
    """A command that takes the common options one by one, for one that takes them together.

    An option of its own takes the place of the common one of that name.
    """
    signature = inspect.signature(command)
    own = list(signature.parameters.values())[1:]
    hints = get_type_hints(Common, include_extras=True)
    names = [option.name for option in fields(Common) if option.name not in signature.parameters]
    common = [
        inspect.Parameter(name, own[0].KEYWORD_ONLY, default=None, annotation=hints[name])
        for name in names
    ]

    def run(**options: Any) -> _Result:  # noqa: ANN401  (each has the type of its parameter)
        together = Common(**{name: options.pop(name) for name in names})
        return command(together, **options)  # type: ignore[call-arg]

    own = [parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in own]
    run.__name__ = command.__name__
    run.__doc__ = command.__doc__
    run.__signature__ = signature.replace(parameters=[*own, *common])  # type: ignore[attr-defined]
    return run


class _WithPlainValues:
    """Makes a command take words and switches as they are.

    Typer from 0.26 on converts every value with pydantic, whose import takes longer than all of
    ``apachestaple lint``. All our options are text, and `load_settings` checks them like those of
    a settings file. Where another Typer keeps its converters elsewhere, it goes on using them.
    """

    def get_params(self, ctx: Any) -> Any:  # noqa: ANN401  (Typer's click is private)
        parameters = super().get_params(ctx)  # type: ignore[misc]
        for parameter in parameters:
            state = vars(parameter)
            if "_runtime_param" in state:
                state["_runtime_param"] = _AsGiven()
        return parameters


class Command(_WithPlainValues, TyperCommand):
    """A command."""


class Group(_WithPlainValues, TyperGroup):
    """The command that has the others."""


class _AsGiven:
    """Stands for a Typer converter, and converts nothing."""

    def coerce(self, value: object, param: Any, ctx: object) -> object:  # noqa: ARG002, ANN401
        if value is None and (param.multiple or param.nargs == -1):
            return ()
        return value
