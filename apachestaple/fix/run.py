"""``fix`` from start to end: plan, edit, check, write, test."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from typing import TYPE_CHECKING

from apachestaple.fix.edit import Edit, EditError, Where, edited
from apachestaple.fix.outlook import Outlook, outlooks
from apachestaple.fix.place import NoPlaceError
from apachestaple.fix.plan import Plan, Repairs, Step
from apachestaple.fix.render import Renderer, TemplateProblemError
from apachestaple.fix.steps import INTENDED, STEPS, Purpose
from apachestaple.fix.tree import write_tree
from apachestaple.fix.write import NewText, WriteError, back_up, only_one_fix, write_all
from apachestaple.httpd.layout import installed
from apachestaple.httpd.reader import read
from apachestaple.rules.lint import lint
from apachestaple.tls.certificates import CertificateReader
from apachestaple.tls.site import Site, understand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.httpd.reader import Start
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.rule import Rule

# A repair may make room for another one; they come to rest after two or three rounds.
_MOST_ROUNDS = 10
_CONFIGTEST_SECONDS = 120


class FixError(Exception):
    """Nothing was changed; the text says why."""


@dataclass(frozen=True)
class FixRequest:
    """What is asked for.

    Attributes:
        diff: only show what would be changed.
        output: folder into which the patched tree is written instead, or ``None``.
        unsafe: repair as well what changes what the site promises.
        templates: folder of templates that come before our own, or ``None``.
        backup: whether the files are copied before they are changed.
        configtest: ``auto``, ``always`` or ``never``.
        rules: those whose findings are repaired, and told if they are left.
        certificates_required: whether a certificate that is not here is an error; ``None`` for
            what is usual.
        purpose: what is to be done about stapling.
        proxy: URL of the proxy through which responders are to be asked, or ``None``.

    """

    diff: bool
    output: str | None
    unsafe: bool
    templates: str | None
    backup: bool
    configtest: str
    rules: tuple[Rule, ...]
    certificates_required: bool | None = None
    purpose: Purpose = Purpose.REPAIR
    proxy: str | None = None


@dataclass(frozen=True)
class FixOutcome:
    """What was done.

    Attributes:
        diff: a unified diff of everything, ``""`` where nothing is to be changed.
        changes: one line for each change, what and why.
        refused: one line for each change that was wanted and not made.
        hosts: what it means for each host.
        remaining: the findings that are left.
        written: paths of the files that were written.
        backup: folder that holds the files as they were, or ``None``.

    """

    diff: str
    changes: tuple[str, ...]
    refused: tuple[str, ...]
    remaining: list[Finding]
    written: tuple[str, ...] = ()
    backup: str | None = None
    hosts: tuple[Outlook, ...] = ()


@dataclass
class _Work:
    """The texts as they are to be, and what was done to them."""

    new: dict[str, str] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)
    # What is not on the disk yet, the targets of links, and what is to be taken away.
    made: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    changes: list[str] = field(default_factory=list)
    refused: dict[str, None] = field(default_factory=dict)
    certificates: CertificateReader = field(default_factory=CertificateReader)

    def files(self) -> list[NewText]:
        texts = [
            NewText(path, self.old.get(path), None if path in self.gone else text)
            for path, text in self.new.items()
            if text != self.old.get(path) or path in self.gone
        ]
        made = [NewText(path, None, target, is_link=True) for path, target in self.links.items()]
        taken = [
            NewText(path, os.readlink(path), None, is_link=True)
            for path in self.gone
            if os.path.islink(path)
        ]
        return [*texts, *made, *taken]


def run_fix(starts: Sequence[Start], request: FixRequest) -> FixOutcome:
    """Repair the configurations that begin at ``starts``.

    Raises:
        FixError: a file could not be read or written, a template is of no use, or httpd rejects
            the result; nothing was changed.

    """
    work = _Work()
    sites: list[Site] = []
    hosts: tuple[Outlook, ...] = ()
    known: set[str] = set()
    try:
        codes = {rule.code for rule in request.rules}
        renderer = Renderer(request.templates)
        repairs = Repairs(codes, renderer, request.unsafe, request.proxy)
        for start in starts:
            if os.path.realpath(start.main_file) in known:
                continue
            before = _understand(start, request, work)
            site = _repair(before, start, request, repairs, work)
            sites.append(site)
            hosts += outlooks(before, site)
            known.update(os.path.realpath(path) for path in site.configuration.files)
        files = work.files()
        diff = "".join(_diff(file) for file in files)
        written: tuple[str, ...] = ()
        backup: str | None = None
        if request.diff:
            pass
        elif request.output is not None:
            written = write_tree(request.output, sites, work.new)
        elif files:
            written, backup = _write(files, starts, request)
    except (TemplateProblemError, EditError, WriteError) as error:
        raise FixError(str(error)) from None
    except OSError as error:
        raise FixError(f"{error.filename}: {error.strerror}; nothing was changed") from None
    told = [rule for rule in request.rules if rule.code not in INTENDED[request.purpose]]
    remaining = [finding for site in sites for finding in lint(site, told)]
    return FixOutcome(
        diff, tuple(work.changes), tuple(work.refused), remaining, written, backup, hosts
    )


def _repair(site: Site, start: Start, request: FixRequest, repairs: Repairs, work: _Work) -> Site:
    """Take the steps until none wants anything more; returns the site as it is then."""
    for _ in range(_MOST_ROUNDS):
        changed = False
        refused: list[str] = []
        for step in STEPS[request.purpose]:
            plan = _planned(step, site, repairs)
            # A line may have two faults of a kind, of which one hides the other.
            for _ in range(_MOST_ROUNDS):
                if not plan.edits:
                    break
                _make(plan.edits, site, work)
                site = _understand(start, request, work)
                plan = _planned(step, site, repairs)
                changed = True
            refused += plan.refused
        if not changed:
            work.refused.update(dict.fromkeys(refused))
            return site
    raise FixError(f"{start.main_file}: the repairs do not come to rest; nothing was changed")


def _planned(step: Step, site: Site, repairs: Repairs) -> Plan:
    try:
        return step(site, repairs)
    except NoPlaceError as error:
        return Plan(refused=(str(error),))


def _understand(start: Start, request: FixRequest, work: _Work) -> Site:
    paths = replace(start.paths, texts=work.new, made=work.made, gone=work.gone)
    start = replace(start, paths=paths)
    return understand(
        read(start),
        certificates_required=request.certificates_required,
        reader=work.certificates,
    )


def _make(edits: Sequence[Edit], site: Site, work: _Work) -> None:
    texts = {file.real_path: file.text for file in site.configuration.files.values()}
    by_file: dict[str, list[Edit]] = {}
    for edit in _once(edits):
        work.changes.append(f"{edit.file}: {edit.reason}")
        if edit.where is Where.FILE:
            work.new[edit.file] = "".join(f"{line}\n" for line in edit.lines)
            work.made[edit.file] = edit.file
        elif edit.where is Where.LINK:
            (target,) = edit.lines
            work.links[edit.file] = target
            target = os.path.join(os.path.dirname(edit.file), target)
            work.made[edit.file] = os.path.realpath(target)
        elif edit.where is Where.GONE:
            work.gone.add(edit.file)
            if edit.file in texts:
                work.old.setdefault(edit.file, texts[edit.file])
                work.new[edit.file] = ""
        else:
            by_file.setdefault(edit.file, []).append(edit)
    for path, its_edits in by_file.items():
        if path not in work.made:
            work.old.setdefault(path, texts[path])
        work.new[path] = edited(texts[path], its_edits)


def _once(edits: Sequence[Edit]) -> list[Edit]:
    """Each edit once: what is included or used twice stands once, and is in effect twice."""
    replaced = {(edit.file, edit.line) for edit in edits if edit.where is Where.REPLACE}
    first: dict[tuple[str, int, Where], Edit] = {}
    for edit in edits:
        if edit.where is not Where.REMOVE or (edit.file, edit.line) not in replaced:
            # Several additions at one place are different lines.
            where = (edit.file, edit.line, edit.where)
            known = first.get(where)
            if known is None:
                first[where] = edit
            elif edit.where not in (Where.REPLACE, Where.REMOVE) and edit.lines != known.lines:
                first[where] = replace(known, lines=(*known.lines, *edit.lines))
    return list(first.values())


def _diff(file: NewText) -> str:
    """A unified diff that ``patch -p0`` accepts, where the path is below the working directory."""
    path = os.path.relpath(file.path)
    name = file.path if path.startswith("..") else path
    # Not splitlines: to patch, as to httpd, a line ends at LF alone.
    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (file.old or "", file.new or ""))
    header = ""
    if file.is_link:
        # As git has it, and patch since 2.7.
        done = "new file" if file.old is None else "deleted file"
        header = f"diff --git {name} {name}\n{done} mode 120000\n"
    before, after = ("/dev/null" if text is None else name for text in (file.old, file.new))
    return header + "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in unified_diff(old, new, before, after)
    )


def _write(
    files: list[NewText], starts: Sequence[Start], request: FixRequest
) -> tuple[tuple[str, ...], str | None]:
    tested = [start for start in starts if _is_tested(start, request.configtest)]
    with only_one_fix():
        before = [_configtest(start) for start in tested]
        backup = back_up(files) if request.backup else None
        write_all(files)
        for start, passed_before in zip(tested, before, strict=True):
            message = _configtest(start)
            # What httpd rejected already, for a reason that is not ours, it may reject still.
            if message is not None and (passed_before is None or request.configtest == "always"):
                write_all([file.undone for file in files])
                raise FixError(
                    f"httpd -t rejects the result, so everything was taken back:\n{message}"
                )
    return tuple(file.path for file in files), backup


def _is_tested(start: Start, configtest: str) -> bool:
    if configtest == "never" or not start.whole:
        return False
    return configtest == "always" or start.installed


def _configtest(start: Start) -> str | None:
    """What ``httpd -t`` says against the configuration, or ``None`` where it passes."""
    machine = installed()
    if machine is None:
        raise FixError("there is no httpd here to test with; nothing was changed")
    command = [machine.binary, "-d", start.server_root, "-f", start.main_file, "-t"]
    for name, value in start.defines.items():
        command += ["-D", name if value is None else f"{name}={value}"]
    try:
        done = subprocess.run(
            command,
            env=dict(start.environment),
            capture_output=True,
            check=False,
            timeout=_CONFIGTEST_SECONDS,
            text=True,
            errors="replace",
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.strip()
