"""``fix`` from start to end: plan, edit, check, write, test."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from apachestaple.errors import ApachestapleError
from apachestaple.fix.activation import Activation, activations, cache_stays, control_of
from apachestaple.fix.editing.diff import diff_folder, diffs
from apachestaple.fix.editing.editable import inside_only
from apachestaple.fix.editing.render import Renderer
from apachestaple.fix.editing.work import Work
from apachestaple.fix.outlook import Outlook, outlooks
from apachestaple.fix.repair import Repair
from apachestaple.fix.steps.purpose import Goal
from apachestaple.fix.transaction.configtest import configtests
from apachestaple.fix.transaction.state import WriteError, only_one_fix
from apachestaple.fix.transaction.tree import base_folder, write_tree
from apachestaple.fix.transaction.write import NewText, hard_linked, written
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.reading import certificate_listeners
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
    """The options of fix.

    Attributes:
        diff: whether the changes are only shown.
        output: folder for the repaired files, which are then not written in place, or ``None``.
        templates: folder of templates that replace our own, or ``None``.
        comments: whether comments give the reasons for lines.
        backup: whether the old files are kept.
        outside: whether files outside of the configuration's folders may be written.
        configtest: ``auto``, ``always`` or ``never``.
        rules: the rules whose findings are repaired, and reported if they remain.
        certificates_required: whether a missing certificate is an error; ``None`` for the default.
        goal: what fix does about stapling.
        paths: the PATHs of the command line, of which ``output`` is a copy.

    """

    diff: bool
    output: str | None
    templates: str | None
    backup: bool
    outside: bool
    configtest: str
    rules: tuple[Rule, ...]
    certificates_required: bool | None = None
    comments: bool = True
    goal: Goal = field(default_factory=Goal)
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class FixOutcome:
    """The result of fix.

    Attributes:
        diff: a unified diff of all changes, or ``""``.
        changes: one line for each change, with its reason.
        refused: one line for each refusal, with its reason.
        hosts: for each host, whether it staples before and after.
        remaining: the findings that remain.
        repaired: the findings that are repaired.
        written: paths of the files that were written.
        backup: folder with the old files, or ``None``.
        notes: notes on files that are written.
        activations: the commands to run on the servers whose files are changed.

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
        FixError: a file could not be read or written, a template cannot be used, or httpd rejects
            the result; nothing was changed.

    """
    work = Work() if request.outside else Work(may_not_edit=inside_only(starts))
    sites: list[Site] = []
    hosts: tuple[Outlook, ...] = ()
    read_from: list[Start] = []
    repairs: list[tuple[Site, Site]] = []
    known: set[str] = set()
    try:
        renderer = Renderer(request.templates, comments=request.comments)
        repair = Repair(request.rules, request.goal, renderer, work)
        for start in starts:
            if os.path.realpath(start.main_file) in known:
                continue
            before = _understand(start, request, work)
            site = repair.run(before, partial(_understand, start, request, work))
            sites.append(site)
            repairs.append((before, site))
            hosts += outlooks(before, site)
            read_from.append(start)
            known.update(file.real_path for file in site.configuration.files.values())
        if len(read_from) > 1:
            # If two of them share a file, the first was read before the second changed the file.
            sites = [_understand(start, request, work) for start in read_from]
        files = work.files()
        for start, site in zip(read_from, sites, strict=True):
            kept = request.goal.kept_cache(site)
            if kept is not None:
                work.refused[cache_stays(kept, control_of(start.main_file))] = None
        outcome = FixOutcome(
            "".join(diffs(files)) if request.diff else "",
            tuple(work.changes),
            tuple(work.refused),
            _findings(sites, request),
            hosts=hosts,
            notes=_notes(files, request),
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
            base = base_folder(request.paths, read_from)
            written, left_out = write_tree(request.output, base, sites, work.new)
            notes = (f"{path} is outside of {base}, so it is not written" for path in left_out)
            return replace(outcome, written=written, notes=(*outcome.notes, *notes))
        return _write(files, read_from, request, outcome, work) if files else outcome
    except (TemplateProblemError, WriteError) as error:
        raise FixError(str(error)) from None
    except OSError as error:
        raise FixError(f"{error.filename}: {error.strerror}; nothing was changed") from None


def _understand(start: Start, request: FixRequest, work: Work) -> Site:
    paths = replace(
        start.paths,
        texts=work.new,
        made=work.made,
        gone=work.gone,
        edit_refusal=work.edit_refusal,
    )
    start = start._replace(paths=paths)
    return understand(
        read(start, certificate_listeners(work.certificates)),
        certificates_required=request.certificates_required,
        reader=work.certificates,
        # A second process may still be reading certificates.
        at_once=False,
    )


def _findings(sites: Sequence[Site], request: FixRequest) -> list[Finding]:
    return [f for f in lint(sites, request.rules).findings if request.goal.reports(f)]


def _changed(files: Sequence[NewText], site: Site) -> bool:
    """Whether a configuration reads one of the files that are written."""
    paths = {file.path for file in files}
    return any(
        file.path in paths or file.real_path in paths for file in site.configuration.files.values()
    )


def _notes(files: list[NewText], request: FixRequest) -> tuple[str, ...]:
    notes = [
        f"{path} has other names (hard links), which keep the old text"
        for path in hard_linked(files)
    ]
    if request.diff and files and diff_folder(files) == "/":
        notes.append("the file names are relative to /; to apply the diff, run: patch -p1 -d /")
    return tuple(notes)


def _write(
    files: list[NewText],
    starts: Sequence[Start],
    request: FixRequest,
    outcome: FixOutcome,
    work: Work,
) -> FixOutcome:
    """Write the files; restore them if they are not as planned, or if httpd rejects them."""
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
                    "httpd -t rejects the result, so all changes were reverted: "
                    + " ".join(message.split())
                )
    return replace(outcome, written=tuple(file.path for file in files), backup=backup)


def _check_planned(site: Site, request: FixRequest, outcome: FixOutcome) -> None:
    """Check that the files on the disk have no other findings than planned; raises FixError."""
    planned = set(map(_said, outcome.remaining))
    for finding in _findings([site], request):
        if _said(finding) not in planned:
            place = f"{finding.place.file}:{finding.place.line}"
            raise FixError(
                "the written configuration is not as planned, so all changes were reverted: "
                f"{place}: {finding.message}"
            )


def _said(finding: Finding) -> tuple[str, str, int]:
    """Rule and place of a finding; its text may contain numbers from other configurations."""
    return finding.code, finding.place.file, finding.place.line
