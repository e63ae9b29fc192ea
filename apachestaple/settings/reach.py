"""Keeps a settings file from reading files outside of its checkout.

A pull request can contain a settings file, and the user who checks it out owns that file.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.httpd.boundary import checkout_above, is_inside
from apachestaple.settings.file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_link(path: str) -> None:
    """Refuse a settings file that is a link to a file outside of its checkout.

    Raises:
        SettingsError: it is such a link.

    """
    checkout = _checkout(path)
    if checkout is not None and not is_inside(os.path.realpath(path), checkout):
        raise SettingsError(f"{path} leads out of {checkout}; name the file with --config")


def check_reach(path: str, values: Mapping[str, object]) -> None:
    """Refuse folders outside of the checkout in a settings file of a checkout.

    Raises:
        SettingsError: there is such a folder.

    """
    checkout = _checkout(path)
    if checkout is None:
        return
    for key in ("root", "templates", "map"):
        for folder in _folders(values.get(key)):
            if not is_inside(os.path.realpath(folder), checkout):
                raise SettingsError(
                    f"{path}: {key} leads out of {checkout}, to {folder}. Give --{key} on the "
                    "command line"
                )


def _checkout(path: str) -> str | None:
    found = checkout_above(os.path.dirname(os.path.abspath(path)))
    return None if found is None else os.path.realpath(found)


def _folders(value: object) -> list[str]:
    """The folders in the value of a setting."""
    if isinstance(value, str):
        return [value]
    return [here for _, here in value] if isinstance(value, tuple) else []
