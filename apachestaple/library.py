"""Use from Python: the findings of ``apachestaple lint`` as objects."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.rules.finding import Finding


def lint(
    *paths: str | os.PathLike[str],
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    root: str | os.PathLike[str] | None = None,
    config: str | os.PathLike[str] | None = None,
    isolated: bool = False,
) -> tuple[Finding, ...]:
    """The findings of ``apachestaple lint``, in the same order.

    Nothing is printed, changed or connected to. Findings that comments or the settings ignore are
    left out. Paths in the findings are absolute. Only one thread may call it at a time.

    Args:
        paths: main files, fragments and folders; without one, the configuration of this machine.
        select: codes, starts of codes, or names of the rules to apply; without one, all.
        ignore: the same for rules to ignore.
        root: folder that stands for the server's ``/``.
        config: settings file; without one, it is searched for from the first path upwards.
        isolated: read no settings file.

    Raises:
        apachestaple.errors.ApachestapleError: a path cannot be read, or an argument is wrong.

    """
    from apachestaple.discovery.sites import read_paths  # noqa: PLC0415  (only if it is called)
    from apachestaple.ending import end_all  # noqa: PLC0415
    from apachestaple.errors import UnreadableError  # noqa: PLC0415
    from apachestaple.lint.lint import lint as lint_sites  # noqa: PLC0415
    from apachestaple.lint.path_ignores import without_paths  # noqa: PLC0415
    from apachestaple.rules.catalogue import select_rules  # noqa: PLC0415
    from apachestaple.settings import load_settings  # noqa: PLC0415

    words = [os.fspath(path) for path in paths]
    settings = load_settings(
        {
            "select": list(select),
            "ignore": list(ignore),
            "root": None if root is None else os.fspath(root),
        },
        near=words[0] if words else None,
        config=None if config is None else os.fspath(config),
        isolated=isolated,
    )
    rules = select_rules(settings.select, settings.ignore)
    try:
        found = read_paths(words, settings)
        if found.problems:
            raise UnreadableError("; ".join(found.problems))
        result = lint_sites(found.sites, rules)
    finally:
        end_all()
    kept = without_paths(result.findings, settings.exclude, settings.per_path_ignores)
    return tuple(kept.findings)
