"""All messages, by what a line has of them."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from apachestaple.log.cache_messages import DBM, MEMCACHE, REDIS, SHMCB
from apachestaple.log.mod_md_messages import MOD_MD, UNNUMBERED
from apachestaple.log.responder_messages import RESPONDER
from apachestaple.log.stapling_messages import STAPLING
from apachestaple.log.start_messages import START

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.log.message import Message

CACHES = (*SHMCB, *DBM, *MEMCACHE, *REDIS)
MESSAGES: tuple[Message, ...] = (*STAPLING, *START, *RESPONDER, *CACHES, *MOD_MD, *UNNUMBERED)
BY_NUMBER = {message.log_id.encode(): message for message in MESSAGES if message.log_id}


def _any_of(words: Iterable[str]) -> str:
    """An expression for any of the words, which parts as late as they do."""
    branches = [
        re.escape(first) + _any_of(word[1:] for word in group) if first else ""
        for first, group in groupby(sorted(words), lambda word: word[:1])
    ]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


# Both begin with letters that stand in few other lines: that is what makes the search fast.
NUMBERS = re.compile(_any_of(number.decode() for number in BY_NUMBER).encode())
WITHOUT_NUMBER = re.compile(rb"OCSP (?:responder URL|certid for|status update failed)")
