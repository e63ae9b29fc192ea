"""The Jinja environment of templates."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jinja2 import ChoiceLoader, FileSystemLoader, FunctionLoader, StrictUndefined, TemplateError
from jinja2.loaders import split_template_path
from jinja2.sandbox import SandboxedEnvironment

from apachestaple.filesystem.reading import read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import BaseLoader, Environment

_TEMPLATE_LIMIT = 64 * 1024


def environment(
    filters: Mapping[str, Callable[..., str]], folder: str | None = None
) -> Environment:
    """An environment that searches templates in ``folder`` first, then in ours."""
    loaders: list[BaseLoader] = [FileSystemLoader(_own_folder())]
    if folder is not None:
        loaders.insert(0, FunctionLoader(lambda name: _load(folder, name)))
    # A configuration is not HTML, and a misspelt variable must not become "".
    made = SandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    made.filters.update(filters)
    return made


def _load(folder: str, name: str) -> str | None:
    """The source of a user's template, which may be written by somebody else.

    A link in the folder must not render files outside of it.
    """
    path = os.path.join(folder, *split_template_path(name))
    if not os.path.lexists(path):
        return None
    if not os.path.realpath(path).startswith(os.path.realpath(folder).rstrip("/") + "/"):
        raise TemplateError(f"the template {name} leads out of the template folder")
    try:
        return read_file(path, _TEMPLATE_LIMIT).decode("utf-8")
    except OSError as error:
        raise TemplateError(f"the template {name}: {error.strerror}") from None


def _own_folder() -> str:
    """Our templates: in the installed package, or at the top of a checkout."""
    package = os.path.dirname(os.path.dirname(__file__))
    packaged = os.path.join(package, "templates")
    at_top = os.path.join(os.path.dirname(package), "templates")
    return packaged if os.path.isdir(packaged) else at_top
