"""Finds and reads a settings file.

It is searched from the linted path upwards, so anybody who can write there may have written it. It
is read within limits. It may set which files are read and what is written only if nobody except
root and the caller can have written it.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from apachestaple.errors import ApachestapleError
from apachestaple.filesystem.reading import read_file, read_start
from apachestaple.filesystem.trust import distrust
from apachestaple.lazy import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

_OWN_NAME = "apachestaple.toml"
_PROJECT_NAME = "pyproject.toml"

# Largest settings file, and largest pyproject.toml (which has the settings of many programs), in
# bytes.
_OWN_LIMIT = 64 * 1024
_PROJECT_LIMIT = 512 * 1024

# tomllib stores every prefix of a dotted key, so memory would grow with the square of its parts.
_MOST_PARTS = 32
_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_DEEP_KEY = pattern(rf"(?<![A-Za-z0-9_-])(?:{_PART}[ \t]*+\.[ \t]*+){{{_MOST_PARTS}}}")
_OWN_TABLE = pattern(rb"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*apachestaple\b", re.MULTILINE)

# Keys that set which files are read and what is written.
REACHING = ("templates", "root", "map")


class SettingsError(ApachestapleError):
    """A setting cannot be used; the message names the file or option, and the allowed values."""


def find_settings(near: str | None = None) -> str | None:
    """The nearest settings file in the folder of ``near`` or above it, or ``None``."""
    folder = os.path.abspath(near or ".")
    if not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    while True:
        own, project = (os.path.join(folder, name) for name in (_OWN_NAME, _PROJECT_NAME))
        # A file that cannot be read is an error, because other settings would apply without it.
        if os.path.lexists(own) and not os.path.isdir(own):
            return own
        if os.path.isfile(project) and _names_us(project):
            return project
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def read_settings(path: str, *, named: bool) -> dict[str, object]:
    """The settings of a file.

    Args:
        path: path of the file.
        named: whether the user has named the file, and it was not found by search.

    Raises:
        SettingsError: it cannot be read, or has a key that only a trusted file may have.

    """
    import tomllib  # noqa: PLC0415  (only where there is a settings file)

    what = "--config " if named else ""
    is_project = os.path.basename(path) == _PROJECT_NAME
    try:
        # This is checked before reading. If nobody else can change the file, nobody can replace it.
        reason = distrust(path)
        text = read_file(path, _PROJECT_LIMIT if is_project else _OWN_LIMIT).decode("utf-8")
        if _DEEP_KEY().search(text):
            raise SettingsError(f"{what}{path}: a key has more than {_MOST_PARTS} parts")
        document = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"{what}{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        reason = str(error) or "nested too deeply"
        raise SettingsError(f"{what}{path} is not a TOML file: {reason}") from None
    table = _own_table(document, path, is_project=is_project)
    # A file that the user names is trusted. But root's settings affect the whole machine, so root
    # must not use somebody else's file by mistake.
    if reason is not None and (not named or os.geteuid() == 0):
        _refuse_reaching(table, path, reason)
    return table


def _names_us(pyproject: str) -> bool:
    """Whether a pyproject.toml has our table, in any of the forms of TOML.

    A file that is no TOML has it if its heading is found. Other such files are ignored.
    """
    try:
        content = read_start(pyproject, _PROJECT_LIMIT + 1)
    except OSError:
        return False
    if b"apachestaple" not in content:
        return False
    if _OWN_TABLE().search(content):
        return True
    import tomllib  # noqa: PLC0415  (few projects name us)

    try:
        text = content.decode("utf-8")
        tool = {} if _DEEP_KEY().search(text) else tomllib.loads(text).get("tool")
    except (ValueError, RecursionError):
        return False
    return isinstance(tool, dict) and "apachestaple" in tool


def _own_table(document: dict[str, object], path: str, *, is_project: bool) -> dict[str, object]:
    tool = document.get("tool")
    if is_project or (isinstance(tool, dict) and "apachestaple" in tool):
        table = tool.get("apachestaple", {}) if isinstance(tool, dict) else {}
        if not isinstance(table, dict):
            raise SettingsError(f"{path}: tool.apachestaple must be a table")
        return table
    return document


def _refuse_reaching(table: Iterable[str], path: str, reason: str) -> None:
    """Refuse keys that set which files are read and what is written."""
    reaching = [key for key in REACHING if key in table]
    if reaching:
        raise SettingsError(
            f"{path}: {reaching[0]} is refused, because {reason}. It counts only in a file that "
            "belongs to root or to the user who runs apachestaple, in folders to which nobody else "
            f"can write. Give --{reaching[0]} on the command line, or --isolated to read no "
            "settings file"
        )
