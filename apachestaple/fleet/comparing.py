"""Compares the findings of servers with those of an earlier report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.fleet.document import Finding
    from apachestaple.fleet.merging import Merged, Server


class Change(NamedTuple):
    """The findings of a server, each with whether it is new, and those that are gone."""

    findings: tuple[tuple[Finding, bool], ...]
    gone: tuple[Finding, ...] = ()


class Earlier:
    """The servers of an earlier report."""

    def __init__(self, report: Merged) -> None:
        self._servers = {one.name: one for one in report.servers if one.error is None}

    @property
    def generated(self) -> str:
        """The time of its latest run of lint."""
        return max((server.generated for server in self._servers.values()), default="")

    def change(self, server: Server) -> Change:
        """What has changed; nothing is gone from a server that is not reported now."""
        before = self._servers.get(server.name)
        if server.error is not None:
            return Change(())
        if before is None:
            return Change(tuple((finding, True) for finding in server.findings))
        left = Counter(finding.fingerprint for finding in before.findings)
        now: list[tuple[Finding, bool]] = []
        for finding in server.findings:
            is_known = left[finding.fingerprint] > 0
            left[finding.fingerprint] -= is_known
            now.append((finding, not is_known))
        gone = (one for one in before.findings if _take(left, one.fingerprint))
        return Change(tuple(now), tuple(gone))

    def missing(self, servers: Iterable[Server]) -> list[str]:
        """The servers that were reported then, and are not now."""
        reported = {server.name for server in servers if server.error is None}
        return [name for name in self._servers if name not in reported]

    def added(self, servers: Iterable[Server]) -> list[str]:
        """The servers that are reported now, and were not then."""
        return [s.name for s in servers if s.error is None and s.name not in self._servers]


def _take(left: Counter[str], fingerprint: str) -> bool:
    if left[fingerprint] <= 0:
        return False
    left[fingerprint] -= 1
    return True
