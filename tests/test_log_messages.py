"""The table of messages against the modules of the installed httpd, which hold them as they are."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from apachestaple.log.message import Kind
from apachestaple.log.messages import BY_NUMBER, BY_PHRASE, MESSAGES, NUMBERS, UNNUMBERED, phrase
from apachestaple.rules.catalogue import find_rule
from tests.lab.server import BINARY, MODULES

if TYPE_CHECKING:
    from apachestaple.log.message import Message

SHARED_CACHES = ("socache_shmcb", "socache_dbm", "socache_memcache", "socache_redis")
# Of mod_ssl, what its check of clients' certificates writes (ssl_engine_ocsp.c).
OF_CLIENTS = {"AH01918", "AH01919", "AH01920", "AH01922", "AH01923", "AH01924", "AH01925"} | {
    "AH02038",
    "AH02272",
    "AH02273",
    "AH03239",
}
# Of mod_md, what it does with certificates that it renews itself.
OF_RENEWAL = {"AH10500"}


@cache
def binary(module: str) -> bytes:
    path = Path(BINARY) if module in ("core", "") else MODULES / f"mod_{module}.so"
    return path.read_bytes()


def written_by(module: str) -> dict[str, str]:
    """The messages that the module has, by number."""
    found = re.findall(rb"(AH\d{5}): ([^\0]*)\0", binary(module))
    return {number.decode(): text.decode() for number, text in found}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: m.log_id or m.text)
def test_httpd_has_it_word_for_word(message: Message) -> None:
    log_id, text = message.log_id, message.text
    written = f"{log_id}: {text}" if log_id else text
    # OpenSSL's errors have more behind the first %s, which is seldom filled in.
    end = b"" if "library_error" in message.names else b"\0"
    assert written.encode() + end in binary(message.module)


def test_every_message_of_the_shared_caches_is_there() -> None:
    for module in SHARED_CACHES:
        assert set(written_by(module)) <= {number.decode() for number in BY_NUMBER}


@pytest.mark.parametrize(("module", "others"), [("ssl", OF_CLIENTS), ("md", OF_RENEWAL)])
def test_every_message_about_stapling_is_there(module: str, others: set[str]) -> None:
    about = {
        number
        for number, text in written_by(module).items()
        if re.search(r"stapl|ocsp", text, re.IGNORECASE)
    }
    assert about - others <= {number.decode() for number in BY_NUMBER}
    assert others <= about, "and nothing is left out that is not there"


def test_each_rule_that_names_a_log_line_is_named_by_its_message() -> None:
    for message in MESSAGES:
        assert all(find_rule(code) for code in message.diagnosis.rules)
        assert not message.diagnosis.rules or message.kind in (Kind.PROBLEM, Kind.CONSEQUENCE)
        assert (message.kind in (Kind.PROBLEM, Kind.CONSEQUENCE)) == bool(message.diagnosis.repair)


def test_each_message_is_found_in_a_log() -> None:
    for message in MESSAGES:
        line = message.text.replace("%02x", "ff").encode()
        if message.log_id is not None:
            found = NUMBERS.search(message.log_id.encode())
            assert found is not None
            assert BY_NUMBER[found[0]] is message
        else:
            assert message in UNNUMBERED
            assert phrase(message) in line
            assert BY_PHRASE[phrase(message)] is message
    assert not NUMBERS.search(b"AH00112 AH01630 AH0194 AH10499")
