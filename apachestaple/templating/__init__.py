"""Jinja templates: those in a user's folder override ours."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from apachestaple.errors import ApachestapleError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Environment

    from apachestaple.templating.process import TemplateProcess


class TemplateProblemError(ApachestapleError):
    """A template cannot be used; the message names it and the reason."""


class Templates:
    """Renders templates: those in ``folder`` override ours; ``filters`` are added to Jinja's.

    With ``folder``, a separate process renders within limits of time and memory, because a template
    is a program and may be written by somebody else.

    Raises:
        TemplateProblemError: the folder does not exist.

    """

    def __init__(
        self, folder: str | None = None, filters: Mapping[str, Callable[..., str]] | None = None
    ) -> None:
        if folder is not None and not os.path.isdir(folder):
            raise TemplateProblemError(f"{folder}: the template folder does not exist")
        self._folder = folder
        self._filters = filters or {}
        self._used: dict[str, frozenset[str]] = {}

    def render(self, name: str, variables: Mapping[str, object]) -> str:
        """Render a template; its variables are strings, numbers, lists and dictionaries.

        Raises:
            TemplateProblemError: the template cannot be read or rendered.

        """
        if self._folder is not None:
            return self._process.render(name, variables)
        try:
            return self._environment.get_template(name).render(variables)
        except Exception as error:  # noqa: BLE001  (what Jinja and a filter raise is many things)
            raise TemplateProblemError(f"{name}: {error}") from None

    def used_variables(self, name: str) -> frozenset[str]:
        """The variables that one of our templates uses; empty if that is not known.

        It is not known for templates of a user, which this process must not read.
        """
        if self._folder is not None:
            return frozenset()
        if name not in self._used:
            from jinja2.meta import find_undeclared_variables  # noqa: PLC0415

            loader, environment = self._environment.loader, self._environment
            assert loader is not None  # noqa: S101  (see environment.py)
            source, _, _ = loader.get_source(environment, name)
            self._used[name] = frozenset(find_undeclared_variables(environment.parse(source)))
        return self._used[name]

    def shown(self, name: str) -> str:
        """The name of a template in messages: its path, if it is the user's."""
        path = os.path.join(self._folder or "", name)
        return path if self._folder is not None and os.path.lexists(path) else name

    @cached_property
    def _environment(self) -> Environment:
        from apachestaple.templating.environment import environment  # noqa: PLC0415

        return environment(self._filters)

    @cached_property
    def _process(self) -> TemplateProcess:
        from apachestaple.templating.process import TemplateProcess  # noqa: PLC0415

        assert self._folder is not None  # noqa: S101  (see render)
        return TemplateProcess(self._folder, self._filters, self.shown)
