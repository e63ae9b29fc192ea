"""What clients get from two hosts that share a certificate, whichever is the first one asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.mod_ssl.queries import queries
from apachestaple.mod_ssl.replies import Reply
from apachestaple.mod_ssl.site import understand
from apachestaple.network.ask import ask_all
from apachestaple.rules.rule import CACHE, tls_host
from tests.lab.handshake import handshake
from tests.lab.strange import WAYS

if TYPE_CHECKING:
    from apachestaple.mod_ssl.replies import Replies
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

NO_ERRORS = "SSLStaplingReturnResponderErrors off"
NO_FAKE = "SSLStaplingFakeTryLater off"
KEEPS_NO_ERROR = "SSLStaplingErrorCacheTimeout 0"
KEEPS_NO_RESPONSE = "SSLStaplingStandardCacheTimeout 0"


class Pair(NamedTuple):
    """Two hosts: the answer of the responder of each, and its further lines."""

    first: tuple[str, ...]
    second: tuple[str, ...]


PAIRS = {
    "an error is kept for a host that returns none": Pair(
        ("good", NO_ERRORS), ("try-later", KEEPS_NO_RESPONSE)
    ),
    "an error is kept for a host that returns it": Pair(("good",), ("try-later", NO_ERRORS)),
    "an error is not kept": Pair(("good", NO_ERRORS), ("try-later", KEEPS_NO_ERROR)),
    "an expired response": Pair(("good", NO_ERRORS), ("expired", NO_ERRORS)),
    "both have errors": Pair(("try-later", NO_ERRORS), ("expired", NO_ERRORS)),
    "a tryLater of httpd is kept": Pair(("good", NO_ERRORS), ("dead", KEEPS_NO_ERROR)),
    "a tryLater of httpd is not kept": Pair(("good", NO_ERRORS), ("dead", KEEPS_NO_RESPONSE)),
    "no tryLater": Pair(("good", NO_ERRORS), ("dead", NO_FAKE)),
    "a good response is kept": Pair(("good",), ("https", NO_ERRORS)),
    "a good response is not kept": Pair(("good", KEEPS_NO_RESPONSE), ("https",)),
}


def configuration(lab: Lab) -> str:
    """All pairs; each has a certificate of its own."""
    urls = {"dead": lab.dead.url, "https": "https://127.0.0.1/"}
    text = CACHE.replace("131072", "1048576")
    for number, (pair, way) in enumerate(zip(PAIRS.values(), WAYS, strict=False)):
        for letter, (answer, *lines) in zip("ab", pair, strict=True):
            url = urls.get(answer) or lab.strange.url(answer)
            text += tls_host(
                *("SSLUseStapling on", f"SSLStaplingForceURL {url}", *lines),
                certificate=f"answer-{way}",
                name=f"{letter}{number}.example.com",
            )
    return text


def predicted(httpd: Httpd) -> dict[str, Replies]:
    site = understand(read(locate(str(httpd.root / "httpd.conf"), Options())))
    wanted = queries(site.stapling_hosts)
    site = replace(site, answers=dict(ask_all(wanted, private=wanted)))
    found = {}
    for host in site.stapling_hosts:
        replies = site.replies(host, host.served[0])
        assert replies is not None
        found[host.name.partition(".")[0]] = replies
    return found


def seen(httpd: Httpd, name: str) -> Reply:
    made = handshake(httpd.port, f"{name}.example.com")
    if not made.connected:
        return Reply.ABORT
    return {None: Reply.NONE, "good": Reply.GOOD}.get(made.staple, Reply.BAD)


def test_replies_are_those_of_httpd(lab: Lab) -> None:
    with lab.httpd(configuration(lab)) as httpd:
        replies = predicted(httpd)
        second: dict[str, set[Reply]] = {}
        first = {}
        for letters in ("ab", "ba"):
            assert httpd.start(), httpd.log
            for number in range(len(PAIRS)):
                for letter in letters:
                    name = f"{letter}{number}"
                    reply = seen(httpd, name)
                    if letter == letters[0]:
                        first[name] = reply
                    second.setdefault(name, set()).add(seen(httpd, name))
            httpd.stop()
    shown = dict(zip(PAIRS, ((f"a{n}", f"b{n}") for n in range(len(PAIRS))), strict=True))
    for case, names in shown.items():
        for name in names:
            assert (case, name, replies[name].first) == (case, name, first[name])
            assert (case, name, set(replies[name].second)) == (case, name, second[name])
