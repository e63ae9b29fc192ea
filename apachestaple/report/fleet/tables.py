"""The tables of the page: servers, hosts and findings."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from apachestaple.fleet.groups import (
    PERIODS,
    authorities,
    bare_name,
    earliest_end,
    responders,
)
from apachestaple.report.fleet.columns import SEPARATOR, Choices, Numbers, Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from apachestaple.fleet.comparing import Change
    from apachestaple.fleet.document import Finding, Host
    from apachestaple.fleet.groups import Calendar
    from apachestaple.fleet.merging import Server
    from apachestaple.fleet.totals import Numbers as Counts
    from apachestaple.report.fleet.columns import Column

_STAPLES = {True: "yes", False: "no", None: "unknown"}
_STAPLING = {True: "on", False: "off", None: "unknown"}
# The first value of a cell is shown; all can be selected.
_FIXES = {"safe": ("safe", "fixable"), "unsafe": ("unsafe", "fixable"), None: ("by hand",)}
_STATES = {True: ("new", "reported"), False: ("unchanged", "reported")}
_COUNTS = (
    "hosts",
    "staples",
    "unstapled",
    "unknown",
    "errors",
    "warnings",
    "infos",
    "new",
    "gone",
)
_EPOCH = date(1970, 1, 1).toordinal()


class Tables:
    """Collects the rows; `data` returns them."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._servers = _ServerTable()
        self._hosts = _HostTable()
        self._findings = _FindingTable()

    def add(
        self,
        server: Server,
        hosts: Iterable[Host],
        change: Change,
        counts: Counts,
        *,
        compare: bool,
    ) -> None:
        """Add a server; ``compare`` is whether there is an earlier report."""
        self._servers.add(server, counts)
        for host in hosts:
            self._hosts.add(server.name, host, self._calendar)
        for finding, is_new in change.findings:
            states = _STATES[is_new] if compare else ("reported",)
            self._findings.add(server.name, finding, *states)
        for finding in change.gone:
            self._findings.add(server.name, finding, "gone")

    def data(self) -> Iterator[str]:
        """The tables as JSON in pieces, which contain no ``<``."""
        separator = "{"
        for name, table in (
            ("servers", self._servers),
            ("hosts", self._hosts),
            ("findings", self._findings),
        ):
            yield f'{separator}"{name}":{{"rows":{table.rows},"columns":{{'
            separator = ","
            comma = ""
            for column, values in table.columns.items():
                yield f"{comma}{json.dumps(column)}:{json.dumps(values.parts())}"
                comma = ","
            yield "}}"
        yield "}"


class _ServerTable:
    def __init__(self) -> None:
        self.rows = 0
        self._name, self._error, self._time = Texts(), Choices(""), Choices("")
        self._counts = {name: Numbers() for name in _COUNTS}

    @property
    def columns(self) -> Mapping[str, Column]:
        own: dict[str, Column] = {
            "server": self._name,
            "error": self._error,
            "generated": self._time,
        }
        return {**own, **self._counts}

    def add(self, server: Server, counts: Counts) -> None:
        self.rows += 1
        self._name.add(server.name)
        self._error.add(server.error or "")
        self._time.add(server.generated)
        for name, column in self._counts.items():
            column.add(getattr(counts, name))


class _HostTable:
    def __init__(self) -> None:
        self.rows = 0
        self._server, self._name = Choices(), Texts()
        self._staples = Choices(*_STAPLES.values())
        self._stapling = Choices(*_STAPLING.values())
        self._why, self._responder, self._authority = Choices(), Choices(), Choices()
        self._end, self._period = Numbers(), Choices(*PERIODS)
        self._file, self._line = Choices(), Numbers()

    @property
    def columns(self) -> Mapping[str, Column]:
        return {
            "staples": self._staples,
            "name": self._name,
            "server": self._server,
            "why": self._why,
            "stapling": self._stapling,
            "responder": self._responder,
            "authority": self._authority,
            "end": self._end,
            "period": self._period,
            "file": self._file,
            "line": self._line,
        }

    def add(self, server: str, host: Host, calendar: Calendar) -> None:
        self.rows += 1
        bare = bare_name(host.name)
        end = earliest_end(host)
        self._server.add(server)
        self._name.add(host.name)
        self._staples.add(_STAPLES[host.staples])
        self._stapling.add(_STAPLING[host.use_stapling])
        self._why.add(host.why, name=bare)
        self._responder.add(*sorted(responders(host)))
        self._authority.add(*sorted(authorities(host)))
        self._end.add(_day(end) if end else 0)
        self._period.add(calendar.period(end))
        self._file.add(host.file, name=bare)
        self._line.add(host.line)


class _FindingTable:
    def __init__(self) -> None:
        self.rows = 0
        self._severity = Choices("error", "warning", "info")
        self._rule, self._state = Choices(), Choices()
        self._server, self._name, self._hosts = Choices(), Texts(), Numbers()
        self._message, self._file, self._line = Choices(), Choices(), Numbers()
        self._fix = Choices(*map(SEPARATOR.join, _FIXES.values()))

    @property
    def columns(self) -> Mapping[str, Column]:
        return {
            "severity": self._severity,
            "rule": self._rule,
            "state": self._state,
            "server": self._server,
            "message": self._message,
            "name": self._name,
            "hosts": self._hosts,
            "fix": self._fix,
            "file": self._file,
            "line": self._line,
        }

    def add(self, server: str, finding: Finding, *states: str) -> None:
        self.rows += 1
        name = finding.hosts[0] if finding.hosts else ""
        bare = bare_name(name)
        self._severity.add(finding.severity)
        self._rule.add(f"{finding.rule} {finding.name}")
        self._state.add(*states)
        self._server.add(server)
        self._message.add(finding.message, name=bare)
        self._name.add(name)
        self._hosts.add(len(finding.hosts))
        self._fix.add(*_FIXES[finding.fix])
        self._file.add(finding.file, name=bare)
        self._line.add(finding.line)


@lru_cache(maxsize=4096)
def _day(time: str) -> int:
    """The days since 1970; a day before counts as the first one, because 0 stands for none."""
    return max(1, date.fromisoformat(time[:10]).toordinal() - _EPOCH)
