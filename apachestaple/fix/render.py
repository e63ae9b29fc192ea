"""The lines that fix writes, from Jinja templates.

A user's folder may replace any of them. What a template is given stands in its own dataclass here.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from apachestaple.httpd.paths import Paths
from apachestaple.httpd.reader import Start, read

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, slots=True)
class StaplingCache:
    """For ``stapling_cache.conf.j2``: the cache of the main server.

    Attributes:
        path: of the shared memory, as httpd is to see it.
        size: in bytes.

    """

    template: ClassVar[str] = "stapling_cache.conf.j2"
    path: str
    size: int
    quote: str = ""


@dataclass(frozen=True, slots=True)
class UseStapling:
    """For ``use_stapling.conf.j2``: stapling on or off, in the main server or a virtual host.

    Attributes:
        state: ``on`` or ``off``.
        host: name of the host, ``""`` for the main server.
        reason: why, in a few words.

    """

    template: ClassVar[str] = "use_stapling.conf.j2"
    state: str
    host: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResponderErrors:
    """For ``responder_errors.conf.j2``: the two switches that keep a responder's errors back.

    Attributes:
        return_responder_errors: whether SSLStaplingReturnResponderErrors is to be written.
        fake_try_later: whether SSLStaplingFakeTryLater is to be written.

    """

    template: ClassVar[str] = "responder_errors.conf.j2"
    return_responder_errors: bool
    fake_try_later: bool


@dataclass(frozen=True, slots=True)
class LoadModule:
    """For ``load_module.conf.j2``: a module that is installed and not loaded.

    Attributes:
        module: its name, as ``socache_shmcb_module``.
        path: of its file, written like those of the modules that are loaded.

    """

    template: ClassVar[str] = "load_module.conf.j2"
    module: str
    path: str


@dataclass(frozen=True, slots=True)
class Snippet:
    """For ``snippet.conf.j2``: a file of our own for the main server's lines.

    Attributes:
        lines: what the other templates have rendered.
        module: the one that brings the directives, by the name that LoadModule uses.

    """

    template: ClassVar[str] = "snippet.conf.j2"
    lines: tuple[str, ...]
    module: str


Rendered = StaplingCache | UseStapling | ResponderErrors | LoadModule | Snippet


class TemplateProblemError(Exception):
    """A template cannot be used; the text names it and says why."""


class Renderer:
    """Renders templates: those of ``folder`` first, then our own."""

    def __init__(self, folder: str | None = None) -> None:
        if folder is not None and not os.path.isdir(folder):
            raise TemplateProblemError(f"{folder}: there is no such folder of templates")
        self._folder = folder

    def lines(self, snippet: Rendered) -> tuple[str, ...]:
        """The lines of a snippet, without line endings.

        Raises:
            TemplateProblemError: the template cannot be read or rendered, or its text is no
                lines that httpd could read.

        """
        try:
            text = self._environment.get_template(snippet.template).render(asdict(snippet))
        except Exception as error:  # noqa: BLE001  (a template is a program of the user's)
            raise TemplateProblemError(f"{snippet.template}: {error}") from None
        lines = tuple(line.rstrip() for line in text.splitlines() if line.strip())
        _check(snippet.template, lines)
        return lines

    @cached_property
    def _environment(self) -> Environment:
        from jinja2 import (  # noqa: PLC0415
            ChoiceLoader,
            FileSystemLoader,
            StrictUndefined,
        )
        from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

        folders = [self._folder] if self._folder else []
        loaders = [FileSystemLoader(folder) for folder in (*folders, _own_folder())]
        # A configuration is not HTML, and a name that a template misspells must not become "".
        return SandboxedEnvironment(
            loader=ChoiceLoader(loaders),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
        )


def _own_folder() -> str:
    """Our templates: within the installed package, or at the top of a checkout."""
    here = os.path.dirname(os.path.dirname(__file__))
    packaged = os.path.join(here, "templates")
    return packaged if os.path.isdir(packaged) else os.path.join(os.path.dirname(here), "templates")


def _check(template: str, lines: tuple[str, ...]) -> None:
    """Refuse what httpd would not read as directives of its own."""
    if not lines:
        raise TemplateProblemError(f"{template}: renders no line")
    text = "\n".join(lines) + "\n"
    path = os.path.join("/", template)
    start = Start(path, "/", Paths(texts={path: text}), version=lambda: (2, 4, 0), whole=False)
    configuration = read(start)
    if configuration.errors:
        raise TemplateProblemError(f"{template}: {configuration.errors[0].message}")
    if not configuration.directives:
        raise TemplateProblemError(f"{template}: renders no directive")
