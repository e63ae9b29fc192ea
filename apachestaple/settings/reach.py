"""What a settings file that was found may open to reading: nothing outside of its checkout.

A proposed change may bring a settings file of its own, and whoever checks it out owns that file.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.httpd.boundary import checkout_above, is_inside
from apachestaple.settings.file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_link(path: str) -> None:
    """Refuse a settings file that is a link out of the checkout in which it was found.

    Raises:
        SettingsError: it is one.

    """
    checkout = _checkout(path)
    if checkout is not None and not is_inside(os.path.realpath(path), checkout):
        raise SettingsError(f"{path} leads out of {checkout}; name the file with --config")


def check_reach(path: str, values: Mapping[str, object]) -> None:
    """Refuse folders that a settings file found in a checkout names outside of that.

    Raises:
        SettingsError: there is one.

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
    """The folders that the value of a setting names."""
    if isinstance(value, str):
        return [value]
    return [here for _, here in value] if isinstance(value, tuple) else []
