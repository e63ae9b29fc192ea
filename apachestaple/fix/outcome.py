"""The options of fix, and its result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.errors import ApachestapleError
from apachestaple.fix.steps.purpose import Goal, Purpose
from apachestaple.fix.transaction.configtest import NOT_RUN
from apachestaple.lint.path_ignores import without_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apachestaple.filesystem.globs import PathPattern
    from apachestaple.fix.activation import Activation
    from apachestaple.fix.outlook import Outlook
    from apachestaple.fix.transaction.configtest import Tested
    from apachestaple.fix.transaction.write import NewText
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
        generated: whether files that a program generates may be written.
        configtest: ``auto``, ``always`` or ``never``.
        rules: the rules whose findings are repaired, and reported if they remain.
        certificates_required: whether a missing certificate is an error; ``None`` for the default.
        goal: what fix does about stapling.
        paths: the PATHs of the command line, of which ``output`` is a copy.
        exclude: patterns of files that are not written, and whose findings are not reported.
        ignores: patterns of files, and the rules that are ignored in them.
        texts: texts that replace those of files, by real path; only with ``diff``.

    """

    diff: bool
    output: str | None
    templates: str | None
    backup: bool
    outside: bool
    generated: bool
    configtest: str
    rules: tuple[Rule, ...]
    certificates_required: bool | None = None
    comments: bool = True
    goal: Goal = field(default_factory=Goal)
    paths: tuple[str, ...] = ()
    exclude: tuple[PathPattern, ...] = ()
    ignores: tuple[tuple[PathPattern, tuple[str, ...]], ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    def reported(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings that are reported if they remain."""
        concerned = filter(self.goal.reports, findings)
        return without_paths(concerned, self.exclude, self.ignores).findings

    @property
    def requested(self) -> tuple[str, ...]:
        """What the options request in addition to repairs."""
        of_purpose = _REQUESTED.get(self.goal.purpose)
        proxy = self.goal.proxy
        of_proxy = f"--proxy: responders are queried through {proxy}" if proxy else None
        return tuple(filter(None, (of_purpose, of_proxy)))


_REQUESTED = {
    Purpose.DISABLE: "--disable: stapling is removed",
    Purpose.USE_MOD_MD: "--use-mod-md: mod_md staples instead of mod_ssl",
}


@dataclass(frozen=True)
class FixOutcome:
    """The result of fix or of ``--undo``.

    Attributes:
        files: the files that are changed, with their old and new texts.
        generated: notes on files that a program generates.
        changes: one line for each change, with its reason.
        refused: one line for each refusal, with its reason.
        remaining: the findings that remain.
        written: paths of the files that were written.
        in_place: whether they are the files that httpd reads.
        backup: folder with the old files, or ``None``.
        main_files: main files of the configurations.
        hosts: for each host, whether it staples before and after.
        notes: notes on files that are written.
        repaired: the findings that are repaired.
        requested: what the options request in addition to repairs.
        activations: the commands to run on the servers whose files are changed.
        tested: the result of ``httpd -t``.

    """

    files: tuple[NewText, ...]
    generated: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    remaining: tuple[Finding, ...] = ()
    written: tuple[str, ...] = ()
    in_place: bool = False
    backup: str | None = None
    main_files: tuple[str, ...] = ()
    hosts: tuple[Outlook, ...] = ()
    notes: tuple[str, ...] = ()
    repaired: tuple[Finding, ...] = ()
    requested: tuple[str, ...] = ()
    activations: tuple[Activation, ...] = ()
    tested: Tested = NOT_RUN
