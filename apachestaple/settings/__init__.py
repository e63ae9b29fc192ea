"""Settings: the command line overrides a settings file, which overrides the defaults.

A settings file is ``apachestaple.toml``, or ``[tool.apachestaple]`` in a ``pyproject.toml``. No key
names a program, a file to write or a server to connect to.
"""

from __future__ import annotations

import os
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from apachestaple.filesystem.globs import PathPattern
from apachestaple.rules.finding import Severity
from apachestaple.settings.file import SettingsError, find_settings, read_settings
from apachestaple.settings.reach import check_link, check_reach

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LONGEST_PATTERN = 1000

# The formats of the report of lint.
FORMATS = ("text", "concise", "json", "github", "gitlab", "sarif", "junit")

__all__ = ["FORMATS", "Settings", "SettingsError", "find_settings", "load_settings"]


class Settings(NamedTuple):
    """The settings in effect.

    Attributes:
        select: codes, code prefixes or names of the rules to apply; empty for all.
        ignore: the same for rules to ignore.
        fail_on: the lowest severity that makes the exit code 1.
        root: folder that stands for the server's ``/``; ``""`` for this machine's.
        map: pairs of a path prefix on the server and the local folder for it.
        define: definitions of ``-D``; ``None`` for a name without value.
        httpd_version: version of httpd that the configuration is for, or ``None``.
        certificates: ``required``, ``available``, or ``None`` for the default.
        templates: folder with the user's templates, or ``None``.
        comments: whether comments of ``fix`` give the reasons for lines.
        format: report format.
        exclude: patterns of files that are not searched for, and whose findings are not reported.
        per_path_ignores: patterns of files, and rules to ignore in them.

    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Severity = Severity.WARNING
    root: str = ""
    map: tuple[tuple[str, str], ...] = ()
    define: Mapping[str, str | None] = MappingProxyType({})
    httpd_version: tuple[int, int, int] | None = None
    certificates: str | None = None
    templates: str | None = None
    comments: bool = True
    format: str = "text"
    exclude: tuple[PathPattern, ...] = ()
    per_path_ignores: tuple[tuple[PathPattern, tuple[str, ...]], ...] = ()

    @property
    def certificates_required(self) -> bool | None:
        """Whether a missing certificate is an error; ``None`` for the default."""
        return None if self.certificates is None else self.certificates == "required"


def load_settings(
    options: Mapping[str, object],
    *,
    near: str | None = None,
    config: str | None = None,
    isolated: bool = False,
) -> Settings:
    """The settings in effect.

    Args:
        options: options of the command line, by key; ``None`` and empty lists are ignored.
        near: the path from which a settings file is searched; ``None`` for the working folder.
        config: the settings file to read instead.
        isolated: whether no settings file is read.

    Raises:
        SettingsError: a file cannot be read, or a setting is wrong.

    """
    path = find_settings(near) if config is None and not isolated else config
    from_file: dict[str, Any] = {}
    if path is not None:
        folder = os.path.dirname(os.path.abspath(path))
        is_found = config is None
        if is_found:
            check_link(path)
        table = read_settings(path, named=not is_found)
        from_file = _values(table, lambda key: f"{path}: {key}", folder)
        if is_found:
            check_reach(path, from_file)
    said = {key: value for key, value in options.items() if value is not None and value != []}
    values = _values(said, _option, os.getcwd())
    # The values of these two are combined. For the same name, the command line wins.
    for name in ("map", "define"):
        if name in values and name in from_file:
            values[name] = _added(values[name], from_file[name])
    if "exclude" in values and "exclude" in from_file:
        values["exclude"] += from_file["exclude"]
    return Settings(**{**from_file, **values})


def _option(key: str) -> str:
    return "-D" if key == "define" else f"--{key}"


def _values(
    table: Mapping[str, object], where: Callable[[str], str], folder: str
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in table.items():
        read = _READERS.get(key)
        if read is None:
            known = ", ".join(_READERS)
            raise SettingsError(f"{where(key)} is not a setting; there are {known}")
        try:
            values[key.replace("-", "_")] = read(value, folder)
        except ValueError as error:
            raise SettingsError(f"{where(key)} {error}") from None
    return values


def _added(first: Any, second: Any) -> Any:  # noqa: ANN401  (both are of one setting's type)
    if isinstance(first, dict):
        return {**second, **first}
    here = {server for server, _ in first}
    return (*first, *((server, folder) for server, folder in second if server not in here))


def _words(value: object, _folder: str) -> tuple[str, ...]:
    words = [word.strip() for text in _texts(value) for word in text.split(",")]
    return tuple(word for word in words if word)


def _texts(value: object) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError("must be a list of strings")
    return texts


def _patterns(value: object, folder: str) -> tuple[PathPattern, ...]:
    return tuple(_pattern(text, folder) for text in _texts(value))


def _pattern(text: str, folder: str) -> PathPattern:
    if not text or len(text) > _LONGEST_PATTERN:
        raise ValueError(f"takes patterns of 1 to {_LONGEST_PATTERN} characters")
    return PathPattern(folder, text)


def _ignores(value: object, folder: str) -> tuple[tuple[PathPattern, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ValueError("must be a table of lists of rules")  # noqa: TRY004  (of a settings file)
    return tuple((_pattern(text, folder), _words(rules, folder)) for text, rules in value.items())


def _path(value: object, folder: str) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be the path of a folder")
    return os.path.normpath(os.path.join(folder, os.path.expanduser(value)))


def _folder(value: object, folder: str) -> str:
    path = _path(value, folder)
    if not os.path.isdir(path):
        raise ValueError(f"must be the path of a folder, but {path} is not")
    return path


def _maps(value: object, folder: str) -> tuple[tuple[str, str], ...]:
    if isinstance(value, dict):
        pairs = list(value.items())
    else:
        pairs = [_pair(text) for text in _texts(value)]
    for server, _ in pairs:
        if not server.startswith("/"):
            raise ValueError(f"takes FROM=TO with an absolute path of the server, not {server!r}")
    return tuple((server.rstrip("/") or "/", _path(here, folder)) for server, here in pairs)


def _pair(text: str) -> tuple[str, str]:
    server, equals, here = text.partition("=")
    if not equals or not server or not here:
        raise ValueError(f"takes FROM=TO, not {text!r}")
    return server, here


def _defines(value: object, _folder: str) -> dict[str, str | None]:
    if isinstance(value, dict):
        pairs = list(value.items())
    else:
        pairs = [_definition(text) for text in _texts(value)]
    defines: dict[str, str | None] = {}
    for name, given in pairs:
        if not name or not isinstance(given, (str, bool, type(None))):
            raise ValueError("takes NAME or NAME=VALUE, as a list, or as a table of strings")
        if given is not False:
            defines[name] = given if isinstance(given, str) else None
    return defines


def _definition(text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    return name, value if equals else None


def _version(value: object, _folder: str) -> tuple[int, int, int]:
    numbers = re.fullmatch(r"([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})", str(value))
    if not isinstance(value, str) or numbers is None:
        raise ValueError(f'takes a version like "2.4.66", not {value!r}')
    return int(numbers[1]), int(numbers[2]), int(numbers[3])


def _one_of(*choices: str) -> Callable[[object, str], str]:
    def read(value: object, _folder: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}, not {value!r}")
        return str(value)

    return read


def _severity(value: object, folder: str) -> Severity:
    return Severity(_one_of(*Severity)(value, folder))


def _flag(value: object, _folder: str) -> bool:
    if value not in (True, False):
        raise ValueError(f"must be true or false, not {value!r}")
    return bool(value)


_READERS: dict[str, Callable[[object, str], object]] = {
    "select": _words,
    "ignore": _words,
    "fail-on": _severity,
    "root": _folder,
    "map": _maps,
    "define": _defines,
    "httpd-version": _version,
    "certificates": _one_of("required", "available"),
    "templates": _folder,
    "comments": _flag,
    "format": _one_of(*FORMATS),
    "exclude": _patterns,
    "per-path-ignores": _ignores,
}
