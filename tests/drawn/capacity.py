"""Which responses a shmcb cache evicts: the prediction of mod_ssl/cache.py, and what httpd does.

``python -m tests.drawn.capacity CASES [SEED] [PROCESSES]``; exit code 1 where the two differ. Each
case is an httpd with up to 200 hosts, each with a certificate of its own. All are asked for twice,
in the same order. A response that was evicted meanwhile is asked for again at the responder.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from apachestaple.mod_ssl.cache import (
    SMALLEST_SIZE,
    Response,
    overfull_subcaches,
    recommended_size,
    shmcb_layout,
    smallest_size,
)
from apachestaple.rules.rule import tls_host
from tests.drawn.arena import memory
from tests.lab.ca import Authority
from tests.lab.ending import Ending
from tests.lab.handshake import handshake
from tests.lab.ports import ReservedPort
from tests.lab.responder import Responder, responder_url
from tests.lab.server import Httpd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.ca import Issued

CERTIFICATES = 200
_COUNTS = (6, 12, 25, 50, 100, 150, CERTIFICATES)
# What snippets on the web hand out, and Debian's default for sessions. Bytes.
_PUBLISHED = (32768, 65536, 128000, 150000, 512000, 524288)
_ROUNDS = 2
_CLIENTS = 4


@dataclass(frozen=True)
class Certificate:
    """A certificate of the pool, and how long the responder's answer for it is."""

    name: str
    serial: int
    response: Response


class Pool(Ending):
    """Certificates of an authority, and its responder, until the ``with`` block ends."""

    def __init__(self, count: int = CERTIFICATES) -> None:
        self._ending = ExitStack()
        temporary = tempfile.TemporaryDirectory(prefix="apachestaple-capacity-", dir=memory())
        self.folder = folder = Path(self._ending.enter_context(temporary))
        # httpd's children run as another user.
        folder.chmod(0o755)
        port = ReservedPort()
        self._authority = Authority(
            folder / "certs", responder_url(port), state=folder / "authority", signer="rsa"
        )
        issued = [
            self._authority.issue(f"c{number}", names=(f"c{number}.example.com",))
            for number in range(count)
        ]
        self.responder = self._ending.enter_context(Responder(self._authority, port))
        self.certificates = [self._measured(each) for each in issued]
        self._roots = 0

    def httpd(self, size: int, certificates: Sequence[Certificate]) -> Httpd:
        """An httpd with a host for each of these certificates, not yet started."""
        self._roots += 1
        hosts = "".join(tls_host(name=_host(c), certificate=c.name) for c in certificates)
        cache = f"SSLStaplingCache shmcb:logs/stapling({size})\nSSLUseStapling on\n"
        return Httpd(
            self.folder / f"root-{self._roots}",
            cache + hosts,
            certificates=self.folder / "certs",
        )

    def _measured(self, issued: Issued) -> Certificate:
        query = ocsp.OCSPRequestBuilder().add_certificate(
            issued.x509,
            self._authority.intermediate,
            hashes.SHA1(),  # noqa: S303  (what httpd asks with)
        )
        der = issued.x509.public_bytes(Encoding.DER)
        answer = self.responder.answer(query.build().public_bytes(Encoding.DER))
        sha1 = hashlib.sha1(der, usedforsecurity=False).digest()
        return Certificate(issued.cert.stem, issued.serial, Response(sha1, len(answer)))

    def close(self) -> None:
        """Stop everything."""
        self._ending.close()


@dataclass(frozen=True)
class Outcome:
    """What became of a case."""

    name: str
    size: int
    certificates: int
    predicted: frozenset[str]
    asked_again: frozenset[str]
    trouble: str
    seconds: float

    @property
    def agrees(self) -> bool:
        return not self.trouble and self.predicted == self.asked_again

    def __str__(self) -> str:
        layout = shmcb_layout(self.size)
        text = (
            f"{self.name}: {self.size} bytes, {layout.subcaches} subcaches of {layout.indexes} "
            f"indexes, {self.certificates} certificates: {len(self.predicted)} are evicted, "
            f"{self.seconds:.1f} seconds"
        )
        if self.agrees:
            return text
        more = sorted(self.predicted - self.asked_again)
        less = sorted(self.asked_again - self.predicted)
        return (
            f"DIFFERENCE {text}\n  predicted only: {', '.join(more)}\n"
            f"  asked again only: {', '.join(less)}\n  {self.trouble}"
        )


def play(pool: Pool, name: str, size: int, certificates: Sequence[Certificate]) -> Outcome:
    """Ask for every host twice, and compare who is asked for again with who should be."""
    begin = time.monotonic()
    layout = shmcb_layout(size)
    responses = {c.response.sha1: c.name for c in certificates}
    overfull = overfull_subcaches(layout, [c.response for c in certificates])
    # Asked in a circle, an overfull subcache never has the next one still.
    predicted = {responses[response.sha1] for group in overfull for response in group}
    before = pool.responder.asked()
    trouble = ""
    with pool.httpd(size, certificates) as httpd:
        if httpd.start(timeout=30):
            # Clients of one subcache stand in line; those of others do not matter to them.
            lines: list[list[Certificate]] = [[] for _ in range(_CLIENTS)]
            for each in certificates:
                lines[layout.subcache_of(each.response.sha1) % _CLIENTS].append(each)
            with ThreadPoolExecutor(_CLIENTS) as clients:
                failed = sum(clients.map(lambda line: _ask(httpd.port, line), lines))
            trouble = f"{failed} handshakes without a good staple" if failed else ""
        else:
            trouble = f"httpd does not start: {httpd.log[-500:]}"
    asked = pool.responder.asked()
    asked.subtract(before)
    again = {c.name for c in certificates if asked[c.serial] == _ROUNDS}
    odd = [c.name for c in certificates if asked[c.serial] not in (1, _ROUNDS)]
    if odd:
        trouble = trouble or f"neither asked once nor in each round: {', '.join(odd)}"
    seconds = time.monotonic() - begin
    return Outcome(
        name, size, len(certificates), frozenset(predicted), frozenset(again), trouble, seconds
    )


def _ask(port: int, line: list[Certificate]) -> int:
    """Shake hands with each host in turn, and again; how many had no good staple."""
    return sum(
        not handshake(port, _host(each), timeout=10).good for _ in range(_ROUNDS) for each in line
    )


def _host(certificate: Certificate) -> str:
    return f"{certificate.name}.example.com"


def draw(random: Random, pool: Pool) -> tuple[int, list[Certificate]]:
    """A size near one of the edges, and certificates."""
    certificates = random.sample(pool.certificates, random.choice(_COUNTS))
    responses = [certificate.response for certificate in certificates]
    while True:
        size = random.choice(
            (
                smallest_size(responses) - random.choice((0, 1, 1, 8)),
                _just_holds(random, responses) - random.choice((0, 1)),
                _doubles(random) - random.choice((0, 1)),
                random.choice(_PUBLISHED),
                random.randint(SMALLEST_SIZE, 2 * len(responses) * 1520),
                recommended_size(responses),
            )
        )
        if size >= SMALLEST_SIZE and shmcb_layout(size).starts:
            return size, certificates


def _doubles(random: Random) -> int:
    """The least size with so many subcaches."""
    subcaches = 2 ** random.randint(1, 4)
    low, high = SMALLEST_SIZE, 2**32 - 2
    while low < high:
        middle = (low + high) // 2
        if shmcb_layout(middle).subcaches >= subcaches:
            high = middle
        else:
            low = middle + 1
    return low


def _just_holds(random: Random, responses: list[Response]) -> int:
    """A size at which one subcache more begins to hold its responses, wherever that is."""
    low = _doubles(random)
    subcaches = shmcb_layout(low).subcaches
    sizes = range(low, 4 * low, max(low // 200, 1))
    same = [size for size in sizes if shmcb_layout(size).subcaches == subcaches]
    counts = [len(overfull_subcaches(shmcb_layout(size), responses)) for size in same]
    edges = [n for n in range(1, len(same)) if counts[n] != counts[n - 1]]
    if not edges:
        return low
    edge = random.choice(edges)
    below, above = same[edge - 1], same[edge]
    while above - below > 1:
        middle = (below + above) // 2
        if len(overfull_subcaches(shmcb_layout(middle), responses)) == counts[edge]:
            above = middle
        else:
            below = middle
    return above


def run(seed: int, numbers: Sequence[int]) -> list[Outcome]:
    """Try these cases."""
    with Pool() as pool:
        return [
            play(pool, f"case {number}", *draw(Random(f"{seed}-{number}"), pool))
            for number in numbers
        ]


def main(arguments: list[str]) -> int:
    """Run and print."""
    count = int(arguments[0]) if arguments else 40
    seed = int(arguments[1]) if len(arguments) > 1 and arguments[1] else secrets.randbelow(10**9)
    processes = int(arguments[2]) if len(arguments) > 2 else 2
    sys.stdout.write(f"{count} cases, SEED={seed}, {processes} processes\n")
    begin = time.monotonic()
    shares = [range(first, count, processes) for first in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        outcomes = [o for part in pool.map(run, [seed] * processes, shares) for o in part]
    for outcome in outcomes:
        sys.stdout.write(f"{outcome}\n")
    evicting = sum(bool(outcome.predicted) for outcome in outcomes)
    differences = sum(not outcome.agrees for outcome in outcomes)
    sys.stdout.write(
        f"{len(outcomes)} cases, {evicting} with evictions, {differences} differences, "
        f"{time.monotonic() - begin:.0f} seconds\n"
    )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
