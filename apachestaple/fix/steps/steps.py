"""Which steps fix takes, for what it is asked to do."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from apachestaple.fix.steps.cache import repair_cache
from apachestaple.fix.steps.mod_md import hand_to_mod_md
from apachestaple.fix.steps.modules import repair_modules
from apachestaple.fix.steps.proxy import ask_through_proxy
from apachestaple.fix.steps.removal import disable_stapling
from apachestaple.fix.steps.repeated import remove_repeated
from apachestaple.fix.steps.responder_errors import repair_responder_errors
from apachestaple.fix.steps.spelling import repair_spelling
from apachestaple.fix.steps.stapling import repair_stapling
from apachestaple.fix.steps.unusable import remove_unusable

if TYPE_CHECKING:
    from apachestaple.fix.steps.plan import Step


class Purpose(StrEnum):
    """What fix is to do."""

    REPAIR = "repair"
    # Stapling is taken out.
    DISABLE = "disable"
    # Stapling is handed to mod_md.
    USE_MOD_MD = "use-mod-md"


# In this order: a cache is made for the hosts that staple in the end. The configuration is read
# anew before each step, so that it sees what the one before has done.
STEPS: dict[Purpose, tuple[Step, ...]] = {
    Purpose.REPAIR: (
        # Without mod_ssl, what stands in its <IfModule> is not seen; what else is needed, is known
        # once stapling is on.
        repair_modules,
        repair_spelling,
        remove_repeated,
        remove_unusable,
        repair_stapling,
        repair_modules,
        repair_cache,
        repair_responder_errors,
        ask_through_proxy,
    ),
    Purpose.DISABLE: (repair_spelling, disable_stapling),
    Purpose.USE_MOD_MD: (repair_spelling, hand_to_mod_md),
}

# Findings that are the purpose itself, and so no longer told.
INTENDED = {
    Purpose.REPAIR: frozenset[str](),
    Purpose.DISABLE: frozenset({"AS501"}),
    Purpose.USE_MOD_MD: frozenset[str](),
}
