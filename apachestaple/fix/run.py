"""``fix`` from start to end: plan, edit, check, write, test."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from apachestaple.errors import ApachestapleError
from apachestaple.fix.activation import Activation, activations, cache_stays, control_of
from apachestaple.fix.editing.diff import unified
from apachestaple.fix.editing.render import Renderer
from apachestaple.fix.editing.work import Work
from apachestaple.fix.outlook import Outlook, outlooks
from apachestaple.fix.repair import Repair
from apachestaple.fix.steps.purpose import Goal
from apachestaple.fix.transaction.bounds import outside
from apachestaple.fix.transaction.configtest import configtests
from apachestaple.fix.transaction.state import WriteError, only_one_fix
from apachestaple.fix.transaction.tree import write_tree
from apachestaple.fix.transaction.write import NewText, hard_linked, written
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.site import Site, understand
from apachestaple.templating import TemplateProblemError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.httpd.start import Start
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.rule import Rule


class FixError(ApachestapleError):
    """Nothing was changed; the text says why."""


@dataclass(frozen=True)
class FixRequest:
    """What is asked for.

    Attributes:
        diff: only show what would be changed.
        output: folder into which the patched tree is written instead, or ``None``.
        templates: folder of templates that come before our own, or ``None``.
        backup: whether the files as they were are kept.
        outside: whether files outside of the configuration's own folders may be written.
        configtest: ``auto``, ``always`` or ``never``.
        rules: those whose findings are repaired, and told if they are left.
        certificates_required: whether a certificate that is not here is an error; ``None`` for
            what is usual.
        goal: what is to become of stapling.

    """

    diff: bool
    output: str | None
    templates: str | None
    backup: bool
    outside: bool
    configtest: str
    rules: tuple[Rule, ...]
    certificates_required: bool | None = None
    goal: Goal = field(default_factory=Goal)


@dataclass(frozen=True)
class FixOutcome:
    """What was done.

    Attributes:
        diff: a unified diff of everything, ``""`` where nothing is to be changed.
        changes: one line for each change, what and why.
        refused: one line for each change that was wanted and not made.
        hosts: what it means for each host.
        remaining: the findings that are left.
        repaired: those that are gone.
        written: paths of the files that were written.
        backup: folder that holds the files as they were, or ``None``.
        notes: what else there is to know about the files that are written.
        activations: what has to be run on the servers whose files are changed.

    """

    diff: str
    changes: tuple[str, ...]
    refused: tuple[str, ...]
    remaining: list[Finding]
    written: tuple[str, ...] = ()
    backup: str | None = None
    hosts: tuple[Outlook, ...] = ()
    notes: tuple[str, ...] = ()
    repaired: tuple[Finding, ...] = ()
    activations: tuple[Activation, ...] = ()


def run_fix(starts: Sequence[Start], request: FixRequest) -> FixOutcome:
    """Repair the configurations that begin at ``starts``.

    Raises:
        FixError: a file could not be read or written, a template is of no use, or httpd rejects
            the result; nothing was changed.

    """
    work = Work()
    sites: list[Site] = []
    hosts: tuple[Outlook, ...] = ()
    read_from: list[Start] = []
    repairs: list[tuple[Site, Site]] = []
    known: set[str] = set()
    try:
        repair = Repair(request.rules, request.goal, Renderer(request.templates), work)
        for start in starts:
            if os.path.realpath(start.main_file) in known:
                continue
            before = _understand(start, request, work)
            site = repair.run(before, partial(_understand, start, request, work))
            sites.append(site)
            repairs.append((before, site))
            hosts += outlooks(before, site)
            read_from.append(start)
            known.update(os.path.realpath(path) for path in site.configuration.files)
        if len(read_from) > 1:
            # Of a file that two of them share, the first has not seen what the second changed.
            sites = [_understand(start, request, work) for start in read_from]
        files = work.files()
        for start, site in zip(read_from, sites, strict=True):
            kept = request.goal.kept_cache(site)
            if kept is not None:
                work.refused[cache_stays(kept, control_of(start.main_file))] = None
        outcome = FixOutcome(
            "".join(map(unified, files)) if request.diff else "",
            tuple(work.changes),
            tuple(work.refused),
            _findings(sites, request),
            hosts=hosts,
            notes=_notes(files, starts, request),
            repaired=tuple(work.repaired),
            activations=activations(
                (before, after)
                for before, after in repairs
                if _changed(files, before) or _changed(files, after)
            ),
        )
        if request.diff:
            return outcome
        if request.output is not None:
            return replace(outcome, written=write_tree(request.output, sites, work.new))
        return _write(files, read_from, request, outcome, work) if files else outcome
    except (TemplateProblemError, WriteError) as error:
        raise FixError(str(error)) from None
    except OSError as error:
        raise FixError(f"{error.filename}: {error.strerror}; nothing was changed") from None


def _understand(start: Start, request: FixRequest, work: Work) -> Site:
    paths = replace(start.paths, texts=work.new, made=work.made, gone=work.gone)
    start = start._replace(paths=paths)
    return understand(
        read(start),
        certificates_required=request.certificates_required,
        reader=work.certificates,
    )


def _findings(sites: Sequence[Site], request: FixRequest) -> list[Finding]:
    return [f for f in lint(sites, request.rules).findings if request.goal.reports(f)]


def _changed(files: Sequence[NewText], site: Site) -> bool:
    """Whether a configuration reads, or has read, a file that is written."""
    paths = {file.path for file in files}
    return any(
        file.path in paths or file.real_path in paths for file in site.configuration.files.values()
    )


def _notes(files: list[NewText], starts: Sequence[Start], request: FixRequest) -> tuple[str, ...]:
    """What is special about files that are to be written; refuses those that may not be.

    Raises:
        FixError: a file lies outside.

    """
    notes = [
        f"{path} has other names (hard links); they keep the text that it had"
        for path in hard_linked(files)
    ]
    elsewhere = [] if request.outside else outside((file.path for file in files), starts)
    if elsewhere and request.output is None:
        reason = (
            f"{', '.join(elsewhere)} would be changed, and lies outside of the configuration's own "
            "folders: fix writes there with --outside only"
        )
        if not request.diff:
            raise FixError(f"{reason}; nothing was changed")
        notes.append(reason)
    return tuple(notes)


def _write(
    files: list[NewText],
    starts: Sequence[Start],
    request: FixRequest,
    outcome: FixOutcome,
    work: Work,
) -> FixOutcome:
    """Write, and take everything back unless rules and httpd are content with what is there."""
    with only_one_fix():
        rejection = configtests(starts, request.configtest)
        main_files = [start.main_file for start in starts]
        with written(files, main_files, kept=request.backup) as backup:
            on_disk = Work(certificates=work.certificates)
            for start in starts:
                _check_planned(_understand(start, request, on_disk), request, outcome)
            message = rejection()
            if message is not None:
                raise FixError(
                    "httpd -t rejects the result, so everything was taken back: "
                    + " ".join(message.split())
                )
    return replace(outcome, written=tuple(file.path for file in files), backup=backup)


def _check_planned(site: Site, request: FixRequest, outcome: FixOutcome) -> None:
    """Whether the rules say nothing of the files on the disk but what was to be left."""
    planned = set(map(_said, outcome.remaining))
    for finding in _findings([site], request):
        if _said(finding) not in planned:
            place = f"{finding.place.file}:{finding.place.line}"
            raise FixError(
                "read again from the disk, the configuration is not as planned, so everything was "
                f"taken back: {place}: {finding.message}"
            )


def _said(finding: Finding) -> tuple[str, str, int]:
    """What is said of a place; texts may count what other configurations have as well."""
    return finding.code, finding.place.file, finding.place.line
