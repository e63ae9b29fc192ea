"""Many servers, with what has changed since an earlier report."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.fleet.comparing import Change
from apachestaple.fleet.groups import Calendar
from apachestaple.fleet.totals import Numbers, Totals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apachestaple.fleet.comparing import Earlier
    from apachestaple.fleet.document import Problem
    from apachestaple.fleet.merging import Merged, Server


class Fleet(NamedTuple):
    """The servers of a report.

    Attributes:
        merged: the servers.
        problems: what could not be read.
        now: the time of the report.
        earlier: an earlier report, or ``None``.

    """

    merged: Merged
    problems: tuple[Problem, ...]
    now: datetime
    earlier: Earlier | None = None

    def changes(self) -> Iterator[tuple[Server, Change]]:
        """Each server with its findings."""
        for server in self.merged.servers:
            if self.earlier is not None:
                yield server, self.earlier.change(server)
            else:
                yield server, Change(tuple((finding, False) for finding in server.findings))

    def counted(self) -> tuple[Totals, list[Numbers]]:
        """The totals, and the numbers of each server."""
        totals = Totals(Calendar(self.now))
        return totals, [
            totals.add(server, server.hosts, change) for server, change in self.changes()
        ]

    @property
    def missing(self) -> list[str]:
        """The servers of the earlier report that are not reported now."""
        return self.earlier.missing(self.merged.servers) if self.earlier else []

    @property
    def added(self) -> list[str]:
        """The servers that the earlier report does not have."""
        return self.earlier.added(self.merged.servers) if self.earlier else []
