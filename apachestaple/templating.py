"""Jinja templates: those of a user's folder first, then our own."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from apachestaple.errors import ApachestapleError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Environment


class TemplateProblemError(ApachestapleError):
    """A template cannot be used; the text names it and says why."""


class Templates:
    """Renders templates: those of ``folder`` first, then our own, with ``filters`` of their own.

    Raises:
        TemplateProblemError: there is no such folder.

    """

    def __init__(
        self, folder: str | None = None, filters: Mapping[str, Callable[..., str]] | None = None
    ) -> None:
        if folder is not None and not os.path.isdir(folder):
            raise TemplateProblemError(f"{folder}: there is no such folder of templates")
        self._folder = folder
        self._filters = filters or {}

    def render(self, name: str, variables: Mapping[str, object]) -> str:
        """The text of a template.

        Raises:
            TemplateProblemError: the template cannot be read or rendered.

        """
        try:
            return self._environment.get_template(name).render(variables)
        except Exception as error:  # noqa: BLE001  (a template is a program of the user's)
            raise TemplateProblemError(f"{name}: {error}") from None

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
        environment = SandboxedEnvironment(
            loader=ChoiceLoader(loaders),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,
        )
        environment.filters.update(self._filters)
        return environment


def _own_folder() -> str:
    """Our templates: within the installed package, or at the top of a checkout."""
    here = os.path.dirname(__file__)
    packaged = os.path.join(here, "templates")
    return packaged if os.path.isdir(packaged) else os.path.join(os.path.dirname(here), "templates")
