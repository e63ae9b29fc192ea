"""Applies the remedies of findings until none is left that can be applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.fix.editing.edit import EditError
from apachestaple.fix.editing.place import NoPlaceError
from apachestaple.fix.steps.plan import Plan
from apachestaple.fix.steps.steps import PLANNERS
from apachestaple.lint.lint import lint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.fix.editing.work import Work
    from apachestaple.fix.steps.plan import Planner
    from apachestaple.fix.steps.purpose import Goal
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.remedy import Remedy
    from apachestaple.rules.rule import Rule


# A repair may make room for another one; two or three rounds are usual.
_MOST_ROUNDS = 100


@dataclass
class _Refused:
    """What cannot be applied in one configuration, and why.

    Attributes:
        files: those that cannot be edited.
        planners: those whose edits change nothing.

    """

    files: dict[str, str] = field(default_factory=dict)
    planners: dict[Planner, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Repair:
    """Repairs configurations, one after the other.

    Attributes:
        rules: those whose findings are repaired.
        goal: what fix is asked to do.
        renderer: makes the lines.
        work: the texts as they are to be.

    """

    rules: Sequence[Rule]
    goal: Goal
    renderer: Renderer
    work: Work

    def run(self, site: Site, read_again: Callable[[], Site]) -> Site:
        """Lint, plan, edit and read again, until nothing is to be changed; the site as it is then.

        What is refused, and why, stands in the work.
        """
        refused = _Refused()
        seen = {self.work.state()}
        # By fingerprint: an edit moves the lines of others.
        found: dict[str, Finding] = {}
        while True:
            findings = lint([site], self.rules).findings
            left = {finding.fingerprint: finding for finding in findings}
            found |= {key: finding for key, finding in left.items() if key not in found}
            plan, planner, reasons = self._next_plan(site, findings, refused)
            if planner is None:
                self.work.repaired += [f for key, f in found.items() if key not in left]
                every = (*reasons, *refused.files.values(), *refused.planners.values())
                self.work.refused.update(dict.fromkeys(every))
                return site
            try:
                self.work.make(plan.edits, site)
            except EditError as error:
                refused.files[error.file] = str(error)
                continue
            site = read_again()
            state = self.work.state()
            if state in seen or len(seen) > _MOST_ROUNDS:
                # Each such planner is asked no more, so this comes to an end.
                edit = plan.edits[0]
                refused.planners[planner] = f"{edit.file} line {edit.line} would not stay as edited"
            seen.add(state)

    def _next_plan(
        self, site: Site, findings: Iterable[Finding], refused: _Refused
    ) -> tuple[Plan, Planner | None, dict[str, None]]:
        """The first plan with edits, and who made it; the reasons of what is refused."""
        remedies = [
            remedy
            for remedy in self._remedies(site, findings)
            if refused.files.keys().isdisjoint(remedy.files)
        ]
        reasons = dict.fromkeys(self.goal.refusals(site))
        for planner in PLANNERS:
            plan = _planned(planner, site, remedies, self.renderer)
            reasons.update(dict.fromkeys(plan.refused))
            is_possible = all(edit.file not in refused.files for edit in plan.edits)
            if plan.edits and is_possible and planner not in refused.planners:
                return plan, planner, reasons
        return Plan(), None, reasons

    def _remedies(self, site: Site, findings: Iterable[Finding]) -> list[Remedy]:
        """What is to be done: for the goal, and for the findings."""
        found = (finding.remedy for finding in findings)
        accepted = (remedy for remedy in found if remedy is not None and self.goal.accepts(remedy))
        return [*self.goal.remedies(site), *accepted]


def _planned(planner: Planner, site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    try:
        return planner(site, remedies, renderer)
    except NoPlaceError as error:
        return Plan(refused=(str(error),))
