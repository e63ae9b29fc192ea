"""Where the program is wrong about hosts, or its repairs are wrong for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.shared.client import ABORT, GOOD, NONE
from tests.shared.could import UNSAFE_FILES, source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.shared.could import Source
    from tests.shared.play import Observed
    from tests.shared.program import Answer
    from tests.shared.site import Server, Site

MISJUDGED, HARMED, MISSED, BROKEN = "misjudged", "harmed", "missed", "not to be played"
# How the program was called, of which something is wrong.
HOSTS, FIX, UNSAFE = "hosts", "fix", "fix --unsafe"


class Wrong(NamedTuple):
    """Something that is wrong about a host: the kind of it, by which command, and a sentence."""

    kind: str
    command: str
    host: str
    what: str

    def is_like(self, other: Wrong) -> bool:
        """Whether the same is wrong with another host; of what is missed, for whatever reason."""
        same_kind = (self.kind, self.command) == (other.kind, other.command)
        return same_kind and (self.kind == MISSED or self.what == other.what)

    def __str__(self) -> str:
        return f"{self.kind} ({self.command}): {self.host}: {self.what}"


def accepted(server: Server, seen: Observed) -> set[bool | None]:
    """What ``hosts`` may say.

    Where one certificate of a host staples and another never does, its clients fare differently,
    and both "false" and "null" are right.
    """
    each = {seen.staples(client) for client in server.clients}
    if len(each) == 1:
        return each
    return {None, False} if False in each else {None}


def misjudged(site: Site, seen: Observed, said: Mapping[str, Answer]) -> Iterator[Wrong]:
    """Hosts about which ``hosts`` says what httpd does not do."""
    for server in site.servers():
        right = accepted(server, seen)
        answer = said.get(server.name)
        if answer is None:
            yield Wrong(MISJUDGED, HOSTS, server.name, "not listed")
        elif answer.staples not in right:
            words = f"{_word(answer.staples)}, and httpd: {_word(*right)}"
            yield Wrong(MISJUDGED, HOSTS, server.name, words)


def _word(*values: bool | None) -> str:
    words = {True: "true", False: "false", None: "null"}
    return " or ".join(sorted(words[value] for value in values))


def harmed(site: Site, before: Observed, after: Observed, command: str) -> Iterator[Wrong]:
    """Hosts that fare worse after a repair."""
    for server in site.servers():
        what = _harm(before, after, server)
        if what:
            yield Wrong(HARMED, command, server.name, what)


def _harm(before: Observed, after: Observed, server: Server) -> str:
    if after.problem:
        return "httpd does not start"
    for client in server.clients:
        was, became = before.every(client), after.every(client)
        if ABORT in became - was:
            return "its handshakes are aborted"
        if not became - was <= {GOOD, NONE}:
            worse = ", ".join(sorted(became - was - {GOOD, NONE}))
            return f"clients get what they did not get before: {worse}"
        lost = before.staples(client) and not after.staples(client)
        if lost or (was == {GOOD} and became != {GOOD}):
            return "its good staple is gone"
    return ""


def missed(site: Site, after: Observed, command: str) -> Iterator[Wrong]:
    """Hosts that could staple, and do not after a repair."""
    for server in candidates(site, command):
        if all(after.staples(client) for client in server.clients):
            continue
        from_where = sorted({str(source(site, server, client)) for client in server.clients})
        yield Wrong(MISSED, command, server.name, "; ".join(from_where))


def candidates(site: Site, command: str) -> list[Server]:
    """Hosts that could staple with what lies in the tree.

    One that says "off" itself or in the main server stays as it is, unless --unsafe is given. So
    does one whose issuer is only in the certificate file of another host.
    """
    return [
        server
        for server in site.servers()
        if all(_is_source(source(site, server, each), command) for each in server.clients)
        and (command == UNSAFE or server.profile.stapling is not False)
    ]


def _is_source(found: Source | None, command: str) -> bool:
    return found is not None and (command == UNSAFE or found.issuer not in UNSAFE_FILES)
