"""Applies the remedies of findings until no other remedy can be applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.fix.editing.edit import EditError
from apachestaple.fix.editing.place import NoPlaceError
from apachestaple.fix.steps.plan import Plan
from apachestaple.fix.steps.steps import PLANNERS
from apachestaple.lint.lint import lint
from apachestaple.lint.path_ignores import without_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from apachestaple.filesystem.globs import PathPattern
    from apachestaple.fix.editing.render import Renderer
    from apachestaple.fix.editing.work import Work
    from apachestaple.fix.steps.plan import Planner
    from apachestaple.fix.steps.purpose import Goal
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.remedy import Remedy
    from apachestaple.rules.rule import Rule


# A repair can make another one possible; two or three rounds are usual.
_MOST_ROUNDS = 100


@dataclass
class _Refused:
    """The refusals in one configuration, with their reasons.

    Attributes:
        planners: planners whose edits lead back to an earlier state.

    """

    planners: dict[Planner, str] = field(default_factory=dict)


class Repaired(NamedTuple):
    """A repaired configuration.

    Attributes:
        found: the findings before the repair.
        site: the repaired site.
        remaining: its findings.

    """

    found: Sequence[Finding]
    site: Site
    remaining: Sequence[Finding]


@dataclass(frozen=True)
class Repair:
    """Repairs configurations, one after the other.

    Attributes:
        rules: the rules whose findings are repaired.
        goal: what fix does about stapling.
        ignores: patterns of files, and the rules whose findings in them are not repaired.
        renderer: renders the new lines.
        work: the new texts of the files.

    """

    rules: Sequence[Rule]
    goal: Goal
    ignores: Sequence[tuple[PathPattern, tuple[str, ...]]]
    renderer: Renderer
    work: Work

    def run(self, site: Site, read_again: Callable[[], Site]) -> Repaired:
        """Lint, plan, edit and read again until no planner has an edit.

        Refusals are added to ``work``.
        """
        refused = _Refused()
        seen = {self.work.state()}
        # By fingerprint: an edit moves the lines of others.
        found: dict[str, Finding] = {}
        first = findings = lint([site], self.rules).findings
        while True:
            left = {finding.fingerprint: finding for finding in findings}
            found |= {key: finding for key, finding in left.items() if key not in found}
            plan, planner, reasons = self._next_plan(site, findings, refused)
            if planner is None:
                self.work.repaired += [f for key, f in found.items() if key not in left]
                self.work.refused.update(dict.fromkeys((*reasons, *refused.planners.values())))
                return Repaired(first, site, findings)
            try:
                self.work.make(plan.edits, site)
            except EditError as error:
                self.work.uneditable[error.file] = error.reason
                continue
            site = read_again()
            findings = lint([site], self.rules).findings
            state = self.work.state()
            if state in seen or len(seen) > _MOST_ROUNDS:
                # This planner is not used again, so the loop ends.
                edit = plan.edits[0]
                refused.planners[planner] = (
                    f"{edit.file} line {edit.line} could not be changed: the edit leads back to an "
                    "earlier state"
                )
            seen.add(state)

    def _next_plan(
        self, site: Site, findings: Iterable[Finding], refused: _Refused
    ) -> tuple[Plan, Planner | None, dict[str, None]]:
        """The first plan with edits, its planner, and the reasons of all refusals."""
        remedies = self._remedies(site, findings)
        reasons = dict.fromkeys(self.goal.refusals(site))
        for planner in PLANNERS:
            plan = planned(planner, site, remedies, self.renderer)
            edits, impossible = self.work.possible(plan.edits)
            reasons.update(dict.fromkeys((*plan.refused, *impossible)))
            if edits and planner not in refused.planners:
                return Plan(edits), planner, reasons
        return Plan(), None, reasons

    def _remedies(self, site: Site, findings: Iterable[Finding]) -> list[Remedy]:
        """The remedies for the goal, and those of the findings."""
        found = (finding.remedy for finding in without_paths(findings, (), self.ignores).findings)
        accepted = (remedy for remedy in found if remedy is not None and self.goal.accepts(remedy))
        return [*self.goal.remedies(site), *accepted]


def planned(planner: Planner, site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """The plan; if no place for a line can be found, it is a refusal."""
    try:
        return planner(site, remedies, renderer)
    except NoPlaceError as error:
        return Plan(refused=(str(error),))
