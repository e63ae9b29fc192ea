"""How often something is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


def chance(random: Random, probability: float) -> bool:
    """True so often."""
    return random.random() < probability
