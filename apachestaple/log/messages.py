"""All messages, and expressions that find them in a log."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from apachestaple.log.cache_messages import DBM, MEMCACHE, REDIS, SHMCB
from apachestaple.log.mod_md_messages import MOD_MD
from apachestaple.log.mod_md_messages import UNNUMBERED as OF_MOD_MD
from apachestaple.log.older_messages import OLDER, OLDER_WORDINGS
from apachestaple.log.responder_messages import RESPONDER
from apachestaple.log.server_messages import SERVER
from apachestaple.log.stapling_messages import STAPLING
from apachestaple.log.start_messages import LIBRARY_ERROR, START

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.log.message import Message

CACHES = (*SHMCB, *DBM, *MEMCACHE, *REDIS)
UNNUMBERED = (*OF_MOD_MD, *LIBRARY_ERROR)
# Those of the newest httpd.
MESSAGES: tuple[Message, ...] = (
    tuple(
        replace(message, older=OLDER_WORDINGS.get(message.log_id or ""))
        for message in (*STAPLING, *START, *SERVER, *RESPONDER, *CACHES, *MOD_MD)
    )
    + UNNUMBERED
)
BY_NUMBER = {message.log_id.encode(): message for message in (*MESSAGES, *OLDER) if message.log_id}


def _any_of(words: Iterable[str]) -> str:
    """An expression for any of the words, with common prefixes merged."""
    branches = [
        re.escape(first) + _any_of(word[1:] for word in group) if first else ""
        for first, group in groupby(sorted(words), lambda word: word[:1])
    ]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


# It starts with letters that are rare in other lines, which makes the search fast.
NUMBERS = re.compile(_any_of(number.decode() for number in BY_NUMBER).encode())


def phrase(message: Message) -> bytes:
    """The longest text between two conversions; no other line contains it."""
    return max(re.split(r"%\w|%", message.text), key=len).encode()


BY_PHRASE = {phrase(message): message for message in UNNUMBERED}
