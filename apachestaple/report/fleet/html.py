"""The HTML of ``report``: one page that needs no other file and no server."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

from apachestaple import __version__
from apachestaple.fleet.groups import Calendar
from apachestaple.fleet.totals import Totals
from apachestaple.report.fleet.columns import shown
from apachestaple.report.fleet.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.fleet.fleet import Fleet
    from apachestaple.fleet.groups import Group
    from apachestaple.fleet.merging import Server
    from apachestaple.fleet.totals import Numbers

_FOLDER = os.path.join(os.path.dirname(__file__), "page")
# Rows of a table that also readers without JavaScript get.
_MOST = 100


class _Section(NamedTuple):
    """A table of groups; ``column`` is the column of the hosts whose values are the names."""

    title: str
    heading: str
    column: str
    groups: Sequence[Group]


def report_html(fleet: Fleet) -> Iterator[str]:
    """The page in pieces."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  (50 ms)

    calendar = Calendar(fleet.now)
    totals, tables = Totals(calendar), Tables(calendar)
    worst: list[tuple[Server, Numbers]] = []
    compare = fleet.earlier is not None
    for server, change in fleet.changes():
        hosts = list(server.hosts)
        counts = totals.add(server, hosts, change)
        tables.add(server, hosts, change, counts, compare=compare)
        worst.append((server, counts))
    worst.sort(key=lambda each: (-each[1].errors, -each[1].warnings, each[0].name))
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown
    environment.filters["number"] = "{:,}".format
    style, script = _asset("page.css"), _asset("page.js")
    yield from environment.get_template("page.html.j2").generate(
        fleet=fleet,
        failed=[server for server in fleet.merged.servers if server.error is not None],
        totals=totals,
        sections=_sections(totals),
        worst=worst[:_MOST],
        most=_MOST,
        earlier=fleet.earlier,
        version=__version__,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=tables.data(),
    )


def _sections(totals: Totals) -> list[_Section]:
    ends = [one for one in totals.ends if one.hosts]
    return [
        _Section("Hosts without staple, by reason", "Reason", "why", totals.reasons.ranked()),
        _Section("Certificates, by expiry", "Expires", "period", ends),
        _Section("OCSP responders", "Responder", "responder", totals.responders.ranked()),
        _Section("Certificate authorities", "Authority", "authority", totals.authorities.ranked()),
    ]


def _asset(name: str) -> str:
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return file.read()


def _hash(text: str) -> str:
    """The source expression of a Content Security Policy that allows this text only."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
