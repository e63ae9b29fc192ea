"""``--undo`` from start to end: restores the files of a backup and predicts the effect."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from apachestaple.fix.activation import activations
from apachestaple.fix.outcome import FixOutcome
from apachestaple.fix.outlook import outlooks
from apachestaple.fix.transaction.configtest import NOT_RUN
from apachestaple.fix.transaction.undo import undo
from apachestaple.lint.lint import lint
from apachestaple.lint.startup import start_problems
from apachestaple.mod_ssl.reading import read_site

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apachestaple.fix.transaction.undo import Backup
    from apachestaple.fix.transaction.write import NewText
    from apachestaple.httpd.start import Start, Starts
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.rule import Rule


def revert(
    backup: Backup, found: Starts, rules: Sequence[Rule], configtest: str, *, diff: bool
) -> FixOutcome:
    """Restore the files of a backup and remove the backup; with ``diff``, write nothing.

    Args:
        backup: the files to restore.
        found: the configurations that the fix has repaired.
        rules: the rules for the findings of the restored configurations.
        configtest: ``auto``, ``always`` or ``never``.
        diff: whether the changes are only predicted.

    Raises:
        WriteError: nothing was changed; the text says why.

    """
    starts: list[Start] = []
    changes: list[tuple[Site, Site]] = []
    known: set[str] = set()
    for start in found.unread(known):
        before = read_site(start)
        known.update(file.real_path for file in before.configuration.files.values())
        starts.append(start)
        changes.append((before, read_site(_restored(start, backup.files))))
    hosts = [
        host
        for before, after in changes
        for host in outlooks(
            (before, start_problems(lint([before], rules).findings)),
            (after, start_problems(lint([after], rules).findings)),
        )
    ]
    tested = NOT_RUN if diff else undo(backup, starts, configtest)
    return FixOutcome(
        backup.files,
        remaining=lint([after for _, after in changes], rules).findings,
        written=() if diff else tuple(file.path for file in backup.files),
        in_place=not diff,
        hosts=tuple(hosts),
        activations=activations(changes),
        tested=tested,
    )


def _restored(start: Start, files: Iterable[NewText]) -> Start:
    """The start for reading the configuration as it will be."""
    texts: dict[str, str] = {}
    made: dict[str, str] = {}
    gone: set[str] = set()
    for file in files:
        if file.new is None:
            gone.add(file.path)
        elif file.is_link:
            made[file.path] = os.path.realpath(os.path.join(os.path.dirname(file.path), file.new))
        else:
            texts[file.path] = file.new
            if file.old is None:
                made[file.path] = file.path
    return start._replace(paths=replace(start.paths, texts=texts, made=made, gone=gone))
