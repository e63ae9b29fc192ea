"""The planners, in the order in which they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.steps.cache import plan_cache
from apachestaple.fix.steps.mod_md import plan_mod_md
from apachestaple.fix.steps.modules import plan_modules
from apachestaple.fix.steps.provisions import plan_chains, plan_urls
from apachestaple.fix.steps.proxy import plan_proxy
from apachestaple.fix.steps.removal import plan_removal
from apachestaple.fix.steps.removed import plan_removed
from apachestaple.fix.steps.responder_errors import plan_responder_errors
from apachestaple.fix.steps.spelling import plan_spelling
from apachestaple.fix.steps.stapling import plan_stapling

if TYPE_CHECKING:
    from apachestaple.fix.steps.plan import Planner

# The configuration is read and linted anew after the edits of each. So modules come first: without
# mod_ssl, what stands in its <IfModule> is not seen. Hosts are
# given what they lack before stapling is turned on: else they could spoil what others of the same
# certificate have. The cache comes after stapling: it is made for the hosts that staple in the end.
PLANNERS: tuple[Planner, ...] = (
    plan_modules,
    plan_spelling,
    plan_mod_md,
    plan_removal,
    plan_removed,
    plan_chains,
    plan_urls,
    plan_stapling,
    plan_cache,
    plan_responder_errors,
    plan_proxy,
)
