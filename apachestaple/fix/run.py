"""``fix`` from start to end: plan, edit, check, write, test."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.errors import OperatingSystemError
from apachestaple.fix.activation import activations, cache_stays, control_of
from apachestaple.fix.editing.blocks import changed_blocks
from apachestaple.fix.editing.diff import diff_folder
from apachestaple.fix.editing.editable import Editable, InsideOnly
from apachestaple.fix.editing.render import Renderer
from apachestaple.fix.editing.work import Work
from apachestaple.fix.outcome import FixError, FixOutcome
from apachestaple.fix.outlook import outlooks
from apachestaple.fix.privileges import sudo_advice, unread_certificates
from apachestaple.fix.repair import Repair
from apachestaple.fix.steps.purpose import Purpose
from apachestaple.fix.transaction.configtest import RejectedError, configtest
from apachestaple.fix.transaction.state import WriteError, only_one_fix
from apachestaple.fix.transaction.tree import base_folder, write_tree
from apachestaple.fix.transaction.write import hard_linked, written
from apachestaple.httpd.generated import generator
from apachestaple.lint.lint import lint
from apachestaple.lint.startup import start_problems
from apachestaple.mod_ssl.reading import read_site
from apachestaple.templating import TemplateProblemError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from apachestaple.fix.outcome import FixRequest
    from apachestaple.fix.outlook import Outlook
    from apachestaple.fix.transaction.write import NewText
    from apachestaple.httpd.start import Start, Starts
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_SHARED = "is read by another server, too, whose hosts would lose their staples"


class _Repaired(NamedTuple):
    """A configuration before and after its repair."""

    start: Start
    before: Site
    found: Sequence[Finding]
    after: Site
    remaining: Sequence[Finding]


def run_fix(starts: Starts, request: FixRequest) -> FixOutcome:
    """Repair the configurations that begin at ``starts``.

    Raises:
        FixError: a file could not be read or written, a template cannot be used, or httpd rejects
            the result; nothing was changed.

    """
    inside = InsideOnly(starts.first, starts.files)
    editable = Editable(
        request.exclude, None if request.outside else inside, generated=request.generated
    )
    work = Work(may_not_edit=editable)
    work.replace_texts(request.texts)
    try:
        known: set[str] = set()
        repairs = _repaired(_allowed(starts.unread(known), inside), request, work, editable, known)
        harmful = dict.fromkeys(_harmful(repairs, request, work), _SHARED) | _incomplete(repairs)
        if harmful:
            work = Work(may_not_edit=editable, certificates=work.certificates, uneditable=harmful)
            work.replace_texts(request.texts)
            repairs = _repaired([each.start for each in repairs], request, work, editable, set())
        outcome = _outcome(repairs, request, work)
        if request.diff:
            return outcome
        if request.output is not None:
            base = base_folder(request.paths, [repair.start for repair in repairs])
            sites = [repair.after for repair in repairs]
            written, left_out = write_tree(request.output, base, sites, work.new)
            notes = (f"{path} is outside of {base}, so it is not written" for path in left_out)
            return replace(outcome, written=written, notes=(*outcome.notes, *notes))
        if not outcome.files:
            return outcome
        return _write([repair.start for repair in repairs], request, outcome, work)
    except (TemplateProblemError, WriteError) as error:
        raise FixError(str(error)) from None
    except OperatingSystemError as error:
        raise FixError(f"{error}; nothing was changed") from None
    except OSError as error:
        raise FixError(
            f"{error.filename}: {error.strerror}; nothing was changed{sudo_advice(error)}"
        ) from None


def _allowed(starts: Iterable[Start], inside: InsideOnly) -> Iterator[Start]:
    """The starts; the folders of each may be edited."""
    for start in starts:
        inside.add(start)
        yield start


def _repaired(
    starts: Iterable[Start], request: FixRequest, work: Work, editable: Editable, known: set[str]
) -> list[_Repaired]:
    """Repair each configuration in ``work``; adds the real paths of its files to ``known``."""
    repairs: list[_Repaired] = []
    renderer = Renderer(request.templates, comments=request.comments)
    repair = Repair(request.rules, request.goal, request.ignores, renderer, work)
    for start in starts:
        work.focus = start.focus
        work.not_in_focus = (
            f"is not in PATH; to change it, run: apachestaple fix {shlex.quote(start.main_file)}"
        )
        before = _read(start, request, work)
        editable.add(before.configuration)
        found, after, remaining = repair.run(before, partial(_read, start, request, work))
        repairs.append(_Repaired(start, before, found, after, remaining))
        known.update(file.real_path for file in after.configuration.files.values())
    if len(repairs) > 1:
        # If two of them share a file, the first was read before the second changed the file.
        repairs = [each._replace(after=_read(each.start, request, work)) for each in repairs]
    return repairs


def _harmful(repairs: Sequence[_Repaired], request: FixRequest, work: Work) -> set[str]:
    """Files that several servers read, if their edits take a staple from a host of one of them."""
    if request.goal.purpose is not Purpose.REPAIR:
        return set()
    readers = Counter(
        path
        for each in repairs
        for path in {file.real_path for file in each.before.configuration.files.values()}
    )
    shared = {path for path, count in readers.items() if count > 1 and path in work.new}
    if not shared:
        return shared
    unchanged = Work(certificates=work.certificates)
    unchanged.replace_texts(request.texts)
    for each in repairs:
        original = _read(each.start, request, unchanged)
        before, after = (
            (site, start_problems(lint([site], request.rules).findings))
            for site in (original, each.after)
        )
        if any(_is_lost(host) for host in outlooks(before, after)):
            return shared
    return set()


def _incomplete(repairs: Sequence[_Repaired]) -> dict[str, str]:
    """Files in focus, if httpd would not start without changes in other files; with the reason."""
    harmful: dict[str, str] = {}
    for each in repairs:
        is_new = start_problems(each.remaining) and not start_problems(each.found)
        if each.start.focus and is_new:
            main = shlex.quote(each.start.main_file)
            why = f"needs changes in other files, too; to make them, run: apachestaple fix {main}"
            harmful |= dict.fromkeys(each.start.focus, why)
    return harmful


def _is_lost(host: Outlook) -> bool:
    return host.before is not None and bool(host.before.staples) and host.after.staples is False


def _outcome(repairs: Sequence[_Repaired], request: FixRequest, work: Work) -> FixOutcome:
    """What was planned; nothing is written yet."""
    for start, _, _, after, _ in repairs:
        kept = request.goal.kept_cache(after)
        if kept is not None:
            work.refused[cache_stays(kept, control_of(start.main_file))] = None
    files = work.files()
    unread = unread_certificates(each.after for each in repairs)
    if len(repairs) == 1:
        remaining = repairs[0].remaining
    else:
        remaining = lint([each.after for each in repairs], request.rules).findings
    problems = start_problems(remaining)
    paths = {file.path for file in files}
    return FixOutcome(
        tuple(files),
        tuple(_generated(files, repairs, work)),
        tuple(work.changes),
        (*work.refused, *unread),
        request.reported(remaining),
        main_files=tuple(path for each in repairs for path in each.start.files),
        hosts=tuple(
            host
            for each in repairs
            for host in outlooks((each.before, start_problems(each.found)), (each.after, problems))
        ),
        notes=_notes(files, request),
        repaired=tuple(work.repaired),
        requested=request.requested,
        activations=activations(
            (each.before, each.after)
            for each in repairs
            if _changed(paths, each.before) or _changed(paths, each.after)
        ),
    )


def _generated(files: Iterable[NewText], repairs: Iterable[_Repaired], work: Work) -> Iterator[str]:
    """Notes on the files that a program generates, if they are or would be edited."""
    concerned = {file.path for file in files}
    for refusal in work.refused:
        place = refusal.partition(" was not changed")[0]
        concerned.update((place, place.rpartition(" line ")[0]))
    texts: dict[str, str] = {}
    for each in repairs:
        for file in each.before.configuration.files.values():
            if file.real_path in concerned:
                texts.setdefault(file.real_path, file.text)
    for path, text in texts.items():
        found = generator(text)
        if found is not None:
            yield (
                f"{path} is generated by {found.name}, which overwrites changes; to make a change "
                f"that lasts, {found.advice}"
            )


def _read(start: Start, request: FixRequest, work: Work) -> Site:
    paths = replace(
        start.paths,
        texts=work.new,
        made=work.made,
        gone=work.gone,
        edit_refusal=work.edit_refusal,
    )
    return read_site(start._replace(paths=paths), request.certificates_required, work.certificates)


def _changed(paths: Container[str], site: Site) -> bool:
    """Whether a configuration reads one of the files that are written."""
    return any(
        file.path in paths or file.real_path in paths for file in site.configuration.files.values()
    )


def _notes(files: Sequence[NewText], request: FixRequest) -> tuple[str, ...]:
    notes = [
        f"{path} has other names (hard links), which keep the old text"
        for path in hard_linked(files)
    ]
    notes += [
        f"{file.path} line {block.line}: {block.writer} writes this block again, with its old "
        "lines; make the change in its source, too"
        for file in files
        for block in changed_blocks(file.old or "", file.new or "")
    ]
    if request.diff and files and diff_folder(files) == "/":
        notes.append("the file names are relative to /; to apply the diff, run: patch -p1 -d /")
    return tuple(notes)


def _write(
    starts: Sequence[Start], request: FixRequest, outcome: FixOutcome, work: Work
) -> FixOutcome:
    """Write the files; restore them if they are not as planned, or if httpd rejects them."""
    with only_one_fix():
        test = configtest(starts, request.configtest)
        with written(outcome.files, outcome.main_files, kept=request.backup) as backup:
            on_disk = Work(certificates=work.certificates)
            sites = [_read(start, request, on_disk) for start in starts]
            _check_planned(sites, request, outcome)
            try:
                tested = test.again()
            except RejectedError as error:
                raise FixError(
                    f"httpd -t rejects the result, so all changes were reverted: {error}"
                ) from None
    paths = tuple(file.path for file in outcome.files)
    return replace(outcome, written=paths, in_place=True, backup=backup, tested=tested)


def _check_planned(sites: Sequence[Site], request: FixRequest, outcome: FixOutcome) -> None:
    """Check that the files on the disk have no other findings than planned; raises FixError."""
    planned = set(map(_said, outcome.remaining))
    for finding in request.reported(lint(sites, request.rules).findings):
        if _said(finding) not in planned:
            place = f"{finding.place.file}:{finding.place.line}"
            raise FixError(
                "the written configuration is not as planned, so all changes were reverted: "
                f"{place}: {finding.message}"
            )


def _said(finding: Finding) -> tuple[str, str, int]:
    """Rule and place of a finding; its text may contain numbers from other configurations."""
    return finding.code, finding.place.file, finding.place.line
