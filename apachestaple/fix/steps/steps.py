"""The planners, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.steps.cache import plan_cache
from apachestaple.fix.steps.comments import plan_comments
from apachestaple.fix.steps.misplaced import plan_misplaced
from apachestaple.fix.steps.mod_md import plan_mod_md
from apachestaple.fix.steps.modules import plan_modules
from apachestaple.fix.steps.moved import plan_moved
from apachestaple.fix.steps.provisions import plan_chains, plan_own_chains, plan_urls
from apachestaple.fix.steps.proxy import plan_proxy
from apachestaple.fix.steps.removal import plan_removal
from apachestaple.fix.steps.removed import plan_removed
from apachestaple.fix.steps.responder_errors import plan_responder_errors
from apachestaple.fix.steps.spelling import plan_spelling
from apachestaple.fix.steps.stapling import plan_stapling

if TYPE_CHECKING:
    from apachestaple.fix.steps.plan import Planner

# The configuration is read and linted again after the edits of each planner. Modules come first,
# because <IfModule> sections of mod_ssl are skipped without it. Issuers and URLs come before
# stapling is turned on, because a host without them could harm others with the same certificate.
# The cache comes after stapling, because its size depends on the hosts that staple.
PLANNERS: tuple[Planner, ...] = (
    plan_modules,
    plan_spelling,
    plan_misplaced,
    plan_mod_md,
    plan_removal,
    plan_removed,
    plan_own_chains,
    plan_chains,
    plan_urls,
    plan_stapling,
    plan_cache,
    plan_moved,
    plan_responder_errors,
    plan_proxy,
    plan_comments,
)
