"""The options and arguments that commands share.

Not ``from __future__ import annotations``, here and in the commands: Typer reads the annotations.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from apachestaple.cli.errors import UsageError, tell
from apachestaple.cli.values import one_of

if TYPE_CHECKING:
    from apachestaple.report.terminal import Paint
    from apachestaple.settings import Settings

Path = Annotated[
    str | None,
    typer.Argument(
        metavar="PATH",
        show_default=False,
        help="Main file, folder or fragment [default: this machine's httpd].",
    ),
]
Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        show_default=False,
        help="Main files, folders or fragments [default: this machine's httpd].",
    ),
]
Format = Annotated[str, typer.Option("--format", metavar="text|json", help="Report format.")]
Select = Annotated[
    list[str] | None,
    typer.Option(metavar="RULES", help="Use only these rules: codes, code prefixes or names."),
]
Ignore = Annotated[list[str] | None, typer.Option(metavar="RULES", help="Do not use these rules.")]
FailOn = Annotated[
    str | None,
    typer.Option(
        metavar="error|warning|info",
        help="Lowest severity that makes the exit code 1 [default: warning].",
    ),
]
AllowPrivate = Annotated[
    bool,
    typer.Option(
        "--allow-private",
        help="Also connect to loopback, private and other special addresses that a configuration "
        "names.",
    ),
]
Deadline = Annotated[
    str | None,
    typer.Option(metavar="SECONDS", help="Time limit for querying all responders [default: 300]."),
]
Templates = Annotated[
    str | None, typer.Option(metavar="DIR", help="Folder with templates of your own.")
]


COLOURS = ("auto", "always", "never")
Color = Annotated[
    str,
    typer.Option(metavar="auto|always|never", help="When to use colours and links."),
]


def paint_of(color: str) -> "Paint":
    """The colours and links for standard output.

    Raises:
        UsageError: ``color`` is not one of the values of ``--color``.

    """
    from apachestaple.report.terminal import paint_for

    return paint_for(sys.stdout, one_of("--color", color, *COLOURS))


@dataclass(frozen=True)
class Common:
    """The options of every command that reads a configuration."""

    root: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Folder that stands for the server's root folder /."),
    ] = None
    map: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FROM=TO", help="Folder TO stands for the server's folder FROM. Repeatable."
        ),
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
            help="Whether a missing certificate file is an error "
            "[default: only if the configuration is in its ServerRoot].",
        ),
    ] = None
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Settings file [default: apachestaple.toml, pyproject.toml]."
        ),
    ] = None
    isolated: Annotated[bool, typer.Option("--isolated", help="Read no settings file.")] = False
    color: Color = "auto"
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", "-q", help="Print only the result: no notes, and no numbers below findings."
        ),
    ] = False

    def tell_notes(self, *notes: str) -> None:
        """Write notes on what was not read to standard error, unless the user wants none."""
        if not self.quiet:
            tell(*notes)

    @property
    def paint(self) -> "Paint":
        """The colours and links for standard output.

        Raises:
            UsageError: ``color`` has another value.

        """
        return paint_of(self.color)

    def settings(
        self, paths: Sequence[str] | None, own: Mapping[str, object] | None = None
    ) -> "Settings":
        """The settings: these options and ``own`` ones of the command, else the settings file.

        The settings file is ``config``, or is searched for from the first path upwards. With
        ``isolated`` there is none.

        Raises:
            SettingsError: an option or the settings file cannot be used.
            UsageError: both ``isolated`` and ``config`` are given.

        """
        from apachestaple.settings import load_settings

        one_of("--color", self.color, *COLOURS)
        if self.isolated and self.config is not None:
            raise UsageError("--isolated cannot be used with a settings file")

        options = {
            "root": self.root,
            "map": self.map,
            "define": self.define,
            "httpd-version": self.httpd_version,
            "certificates": self.certificates,
        }
        near = paths[0] if paths else None
        return load_settings(
            {**options, **(own or {})}, near=near, config=self.config, isolated=self.isolated
        )
