"""The Markdown of ``report``: short enough for a chat or the summary of a CI step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.escaping import markdown
from apachestaple.report.summary import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apachestaple.fleet.fleet import Fleet
    from apachestaple.fleet.groups import Group
    from apachestaple.fleet.merging import Server
    from apachestaple.fleet.totals import Numbers, Totals

# Rows of a table, and lines of a list.
_MOST = 10
# Characters of a name or message.
_LONGEST = 120


def report_markdown(fleet: Fleet) -> Iterator[str]:
    """The totals, a table for each kind of group, and lists of what needs attention."""
    totals, numbers = fleet.counted()
    for line in _lines(fleet, totals, numbers):
        yield f"{line}\n"


def _lines(fleet: Fleet, totals: Totals, numbers: Sequence[Numbers]) -> Iterator[str]:
    yield "## OCSP stapling"
    yield ""
    yield from _summary(totals)
    yield from _not_linted(fleet)
    if fleet.earlier is not None:
        yield from _since(fleet, totals.numbers)
    if totals.rules:
        yield ""
        yield "| rule | severity | findings | hosts | servers | fixable |"
        yield "|---|---|--:|--:|--:|--:|"
        for rule in totals.rules[:_MOST]:
            counts = (rule.findings, rule.hosts, rule.servers, rule.fixable)
            name = f"{rule.rule} {markdown(rule.name, _LONGEST)}"
            yield _row(name, rule.severity, *map(_number, counts))
        yield from _more(len(totals.rules) - _MOST, "rule")
    yield from _groups("hosts without staple, by reason", totals.reasons.ranked())
    yield from _groups("OCSP responder", totals.responders.ranked())
    yield from _groups("certificate authority", totals.authorities.ranked())
    yield from _groups("certificate expires", [one for one in totals.ends if one.hosts])
    yield from _servers(fleet.merged.servers, numbers)


def _summary(totals: Totals) -> Iterator[str]:
    all_hosts = totals.numbers
    yield (
        f"{counted(totals.reported, 'server')}, {counted(all_hosts.hosts, 'host')}: "
        f"{all_hosts.staples:,} with staple, {all_hosts.unstapled:,} without, "
        f"{all_hosts.unknown:,} unknown."
    )
    yield ""
    yield (
        f"{counted(all_hosts.errors, 'error')}, {counted(all_hosts.warnings, 'warning')} and "
        f"{counted(all_hosts.infos, 'info')}, {all_hosts.fixable:,} of them fixable."
    )


def _not_linted(fleet: Fleet) -> Iterator[str]:
    failed = [server for server in fleet.merged.servers if server.error is not None]
    yield from _list(
        f"{counted(len(failed), 'server')} not linted:",
        (f"{_text(server.name)}: {_text(server.error or '')}" for server in failed),
        len(failed),
    )
    yield from _list(
        f"{counted(len(fleet.problems), 'file')} not read:",
        map(_text, map(str, fleet.problems)),
        len(fleet.problems),
    )


def _since(fleet: Fleet, numbers: Numbers) -> Iterator[str]:
    earlier = fleet.earlier.generated if fleet.earlier else ""
    unchanged = numbers.errors + numbers.warnings + numbers.infos - numbers.new
    since = f"Since {earlier}" if earlier else "Since the earlier report"
    yield ""
    yield f"{since}: {numbers.new:,} new, {numbers.gone:,} gone, {unchanged:,} unchanged."
    changes = list(_some_changes(fleet))
    yield from _list("New:", (line for is_new, line in changes if is_new), numbers.new)
    yield from _list("Gone:", (line for is_new, line in changes if not is_new), numbers.gone)
    yield from _list("Servers added:", map(_text, fleet.added), len(fleet.added))
    yield from _list("Servers not reported:", map(_text, fleet.missing), len(fleet.missing))


def _some_changes(fleet: Fleet) -> Iterator[tuple[bool, str]]:
    """The first findings that are new or gone."""
    counts = {True: 0, False: 0}
    for server, change in fleet.changes():
        new = [finding for finding, is_new in change.findings if is_new]
        for is_new, findings in ((True, new), (False, change.gone)):
            for finding in findings[: _MOST - counts[is_new]]:
                counts[is_new] += 1
                place = f"{finding.file}:{finding.line}"
                parts = map(_text, (server.name, place, finding.message))
                yield is_new, f"{finding.rule} {': '.join(parts)}"
        if min(counts.values()) >= _MOST:
            return


def _groups(title: str, groups: Sequence[Group]) -> Iterator[str]:
    if not groups:
        return
    yield ""
    yield f"| {title} | hosts | with staple | without | unknown | servers |"
    yield "|---|--:|--:|--:|--:|--:|"
    for group in groups[:_MOST]:
        counts = (group.hosts, group.staples, group.unstapled, group.unknown, group.servers)
        yield _row(_text(group.name), *map(_number, counts))
    yield from _more(len(groups) - _MOST, "row")


def _servers(servers: Sequence[Server], numbers: Sequence[Numbers]) -> Iterator[str]:
    """The servers with the most errors and warnings."""
    found = [(own, server.name) for server, own in zip(servers, numbers, strict=True)]
    found = [(own, name) for own, name in found if own.errors or own.warnings]
    found.sort(key=lambda each: (-each[0].errors, -each[0].warnings, each[1]))
    if not found:
        return
    yield ""
    yield "| server | errors | warnings | hosts | with staple |"
    yield "|---|--:|--:|--:|--:|"
    for own, name in found[:_MOST]:
        counts = (own.errors, own.warnings, own.hosts, own.staples)
        yield _row(_text(name), *map(_number, counts))
    yield from _more(len(found) - _MOST, "server")


def _list(title: str, lines: Iterable[str], total: int) -> Iterator[str]:
    if not total:
        return
    yield ""
    yield title
    yield ""
    for line, _ in zip(lines, range(_MOST), strict=False):
        yield f"- {line}"
    if total > _MOST:
        yield f"- and {total - _MOST:,} more"


def _more(number: int, what: str) -> Iterator[str]:
    if number > 0:
        yield ""
        yield f"And {counted(number, f'more {what}')}."


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _number(number: int) -> str:
    return f"{number:,}"


def _text(text: str) -> str:
    return markdown(text, _LONGEST)
