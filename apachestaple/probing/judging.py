"""Judges what a server sent: a verdict, and the problems behind it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.ocsp.status import moment
from apachestaple.probing.names import problem_of_name
from apachestaple.probing.trust import problem_of_chain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.probing.served import Served


class Verdict(enum.IntEnum):
    """A verdict; the numbers are the exit codes of monitoring plugins."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3

    def __str__(self) -> str:
        return self.name.lower()

    @property
    def weight(self) -> int:
        """A number that is higher for a worse verdict, as in the Monitoring Plugins."""
        return (Verdict.OK, Verdict.UNKNOWN, Verdict.WARNING, Verdict.CRITICAL).index(self)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts; OK if there is none."""
    return max(verdicts, key=lambda verdict: verdict.weight, default=Verdict.OK)


class Problem(NamedTuple):
    """A problem of a server: a sentence without full stop."""

    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A time that has to be left before something expires; ``None`` for no limit."""

    warning: timedelta | None = None
    critical: timedelta | None = None

    def verdict(self, left: timedelta) -> Verdict:
        if self.critical is not None and left < self.critical:
            return Verdict.CRITICAL
        if self.warning is not None and left < self.warning:
            return Verdict.WARNING
        return Verdict.OK


@dataclass(frozen=True, slots=True)
class Expectations:
    """What is expected from a server.

    Attributes:
        certificate: time before each certificate of the chain expires, up to the trusted one.
        staple: time before the staple expires.
        require_staple: whether a server without staple is a problem.
        verify: whether name and chain of the certificate are checked.

    """

    certificate: Limit = Limit()
    staple: Limit = Limit()
    require_staple: bool = False
    verify: bool = True


class Judged(NamedTuple):
    """A server with its verdict and its problems, the worst first."""

    served: Served
    verdict: Verdict
    problems: tuple[Problem, ...]


def judge(served: Served, expected: Expectations) -> Judged:
    """Judge a server; differences from its configuration are warnings."""
    found = list(_problems(served, expected))
    for other in served.others:
        found += [
            Problem(problem.verdict, f"for clients that only accept {other.keys}: {problem.text}")
            for problem in _problems(other, expected)
            if problem not in found
        ]
    found += [Problem(Verdict.WARNING, difference) for difference in served.differences]
    found.sort(key=lambda problem: -problem.verdict.weight)
    return Judged(served, worst(problem.verdict for problem in found), tuple(found))


def _problems(served: Served, expected: Expectations) -> Iterator[Problem]:
    if served.failure is not None:
        verdict = Verdict.CRITICAL if served.conclusive else Verdict.UNKNOWN
        yield Problem(verdict, served.failure)
    if served.leaf is None:
        return
    if expected.verify:
        for problem in (
            problem_of_name(served.leaf, served.target.expected_name),
            problem_of_chain(served),
        ):
            if problem is not None:
                yield Problem(Verdict.CRITICAL, problem)
    for number, certificate in enumerate(served.built):
        what = "the CA certificate " + certificate.subject if number else "the certificate"
        yield from _of_dates(what, certificate, served.at, expected.certificate)
    if served.failure is None:
        yield from _of_staple(served, expected)


def _of_dates(
    what: str, certificate: Certificate, now: datetime, limit: Limit
) -> Iterator[Problem]:
    if certificate.not_before > now:
        text = f"{what} is not valid before {moment(certificate.not_before)}"
        yield Problem(Verdict.CRITICAL, text)
    left = certificate.not_after - now
    if left < timedelta():
        text = f"{what} expired at {moment(certificate.not_after)}"
        yield Problem(Verdict.CRITICAL, text)
    elif verdict := limit.verdict(left):
        yield Problem(verdict, f"{what} expires in {days(left):.1f} days")


def _of_staple(served: Served, expected: Expectations) -> Iterator[Problem]:
    problem = served.problem_of_staple
    if problem is not None:
        yield Problem(Verdict.CRITICAL, problem)
    elif not served.staple_length and expected.require_staple:
        yield Problem(Verdict.CRITICAL, "no staple was sent")
    elif (left := served.staple_left) is not None and (verdict := expected.staple.verdict(left)):
        yield Problem(verdict, f"the staple expires in {hours(left):.1f} hours")


def days(time: timedelta) -> float:
    """A time in days."""
    return time / timedelta(days=1)


def hours(time: timedelta) -> float:
    """A time in hours."""
    return time / timedelta(hours=1)
