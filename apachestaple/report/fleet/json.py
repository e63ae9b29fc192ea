"""The JSON of ``report``, one element of an array on each line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from apachestaple import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apachestaple.fleet.comparing import Change
    from apachestaple.fleet.document import Certificate, Finding, Host
    from apachestaple.fleet.fleet import Fleet
    from apachestaple.fleet.groups import Group
    from apachestaple.fleet.merging import Server
    from apachestaple.fleet.totals import Numbers, RuleCount, Totals

_Object = dict[str, Any]


def report_json(fleet: Fleet) -> Iterator[str]:
    """The report in pieces. ``servers`` contains what ``report`` reads when it is given again."""
    totals, _ = fleet.counted()
    yield "{\n"
    yield _member("apachestaple", __version__)
    yield _member("generated", f"{fleet.now:%Y-%m-%dT%H:%M:%SZ}")
    yield _member("since", _since(fleet, totals.numbers))
    yield _member("totals", _totals(totals))
    yield from _array("rules", map(_rule, totals.rules))
    yield from _array("responders", map(_group, totals.responders.ranked()))
    yield from _array("authorities", map(_group, totals.authorities.ranked()))
    yield from _array("ends", map(_group, totals.ends))
    yield from _array("reasons", map(_group, totals.reasons.ranked()))
    yield from _array("problems", (problem._asdict() for problem in fleet.problems))
    yield from _array("servers", (_server(*each) for each in fleet.changes()), end="\n")
    yield "}\n"


def _since(fleet: Fleet, numbers: Numbers) -> _Object | None:
    if fleet.earlier is None:
        return None
    findings = numbers.errors + numbers.warnings + numbers.infos
    return {
        "generated": fleet.earlier.generated or None,
        "new": numbers.new,
        "gone": numbers.gone,
        "unchanged": findings - numbers.new,
        "added_servers": fleet.added,
        "missing_servers": fleet.missing,
    }


def _totals(totals: Totals) -> _Object:
    numbers = totals.numbers
    return {
        "servers": totals.reported,
        "failed_servers": totals.failed,
        "files": totals.files,
        "hosts": numbers.hosts,
        "staples": numbers.staples,
        "unstapled": numbers.unstapled,
        "unknown": numbers.unknown,
        "certificates": numbers.certificates,
        "errors": numbers.errors,
        "warnings": numbers.warnings,
        "infos": numbers.infos,
        "fixable": numbers.fixable,
    }


def _rule(rule: RuleCount) -> _Object:
    return {
        "rule": rule.rule,
        "name": rule.name,
        "severity": rule.severity,
        "effect": rule.effect,
        "findings": rule.findings,
        "hosts": rule.hosts,
        "servers": rule.servers,
        "fixable": rule.fixable,
        "new": rule.new,
        "gone": rule.gone,
    }


def _group(group: Group) -> _Object:
    return {
        "name": group.name,
        "hosts": group.hosts,
        "staples": group.staples,
        "unstapled": group.unstapled,
        "unknown": group.unknown,
        "servers": group.servers,
    }


def _server(server: Server, change: Change) -> _Object:
    return {
        "server": server.name,
        "generated": server.generated or None,
        "error": server.error,
        "configurations": [each._asdict() for each in server.configurations],
        "findings": [{**_finding(finding), "new": is_new} for finding, is_new in change.findings],
        "gone": [_finding(finding) for finding in change.gone],
        "hosts": [_host(host) for host in server.hosts],
    }


def _finding(finding: Finding) -> _Object:
    return {**finding._asdict(), "hosts": [{"name": name} for name in finding.hosts]}


def _host(host: Host) -> _Object:
    return {**host._asdict(), "certificates": list(map(_certificate, host.certificates))}


def _certificate(certificate: Certificate) -> _Object:
    return {
        "path": certificate.path,
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "responder": certificate.responder,
        "not_after": certificate.ends,
    }


def _member(name: str, value: object) -> str:
    return f" {json.dumps(name)}: {json.dumps(value)},\n"


def _array(name: str, elements: Iterable[object], end: str = ",\n") -> Iterator[str]:
    yield f" {json.dumps(name)}: ["
    separator = "\n"
    for element in elements:
        yield f"{separator}  {json.dumps(element)}"
        separator = ",\n"
    yield f"]{end}" if separator == "\n" else f"\n ]{end}"
