"""The CSV of ``report``: a row for each host, and one for each server without hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fleet.groups import authorities, earliest_end, responders
from apachestaple.report.escaping import csv_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.fleet.comparing import Change
    from apachestaple.fleet.document import Host
    from apachestaple.fleet.fleet import Fleet
    from apachestaple.fleet.merging import Server

_COLUMNS = (
    "server",
    "host",
    "configuration",
    "file",
    "line",
    "stapling",
    "staples",
    "why",
    "rules",
    "new",
    "expires",
    "authorities",
    "responders",
    "certificates",
)
_SWITCH = {True: "on", False: "off", None: "unknown"}
_STAPLES = {True: "yes", False: "no", None: "unknown"}


def report_csv(fleet: Fleet) -> Iterator[str]:
    """The rows, below one with the names of the columns."""
    yield _line(_COLUMNS)
    for server, change in fleet.changes():
        yield from _rows(server, change)


def _rows(server: Server, change: Change) -> Iterator[str]:
    rules: dict[str, list[str]] = {}
    new: dict[str, list[str]] = {}
    for finding, is_new in change.findings:
        for host in finding.hosts:
            rules.setdefault(host, []).append(finding.rule)
            if is_new:
                new.setdefault(host, []).append(finding.rule)
    is_empty = True
    for each in server.hosts:
        is_empty = False
        found = _codes(rules.get(each.name)), _codes(new.get(each.name))
        yield _line((server.name, *_cells(each, *found)))
    if is_empty:
        why = "no hosts with TLS" if server.error is None else f"not linted: {server.error}"
        yield _line((server.name, *[""] * 6, why, *[""] * 6))


def _cells(host: Host, rules: str, new: str) -> tuple[object, ...]:
    return (
        host.name,
        host.configuration,
        host.file,
        host.line,
        _SWITCH[host.use_stapling],
        _STAPLES[host.staples],
        host.why,
        rules,
        new,
        earliest_end(host) or "",
        "; ".join(sorted(authorities(host))),
        " ".join(sorted(responders(host))),
        " ".join(certificate.path for certificate in host.certificates),
    )


def _codes(rules: list[str] | None) -> str:
    return " ".join(dict.fromkeys(rules or ()))


def _line(cells: tuple[object, ...]) -> str:
    return f"{csv_row(cells)}\r\n"
