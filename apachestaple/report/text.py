"""The text report of ``lint``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from apachestaple.report.columns import wrapped
from apachestaple.report.severities import COLOURS
from apachestaple.report.statistics import statistics
from apachestaple.report.terminal import printable, short, width
from apachestaple.report.totals import totals
from apachestaple.rules.finding import Confidence, Fix

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from apachestaple.httpd.configuration import Place
    from apachestaple.httpd.source_file import SourceFile
    from apachestaple.report.lint import LintReport
    from apachestaple.report.terminal import Paint
    from apachestaple.rules.finding import Finding

_MARKS = {Fix.SAFE: "[fixable]", Fix.UNSAFE: "[unsafe fix]"}
_TAB = "    "
_MOST_LINES = 3
# Unless the report is verbose.
_MOST_HOSTS = 5
_MOST_OF_A_RULE = 10
_LONGEST_LINE = 160
# The number of columns of a long line that are shown before the place.
_LEAD = 20
# Of the further lines of a wrapped message.
_INDENT = 4


def text_report(report: LintReport, sources: Mapping[str, SourceFile]) -> str:
    """The findings with their source lines, a table of the rules, and a summary line.

    ``sources`` are the files by their paths.
    Another line counts what is ignored: by comments, by a baseline and by a settings file.
    A quiet report has only the findings.
    """
    shown = [] if report.statistics else list(_shown(report))
    blocks = [
        "\n".join(_block(finding, sources.get(finding.place.file), report)) + "\n"
        for finding in shown
    ]
    if not report.statistics and len(shown) < len(report.findings):
        blocks.append(_left_out(shown, report.findings) + "\n")
    if report.findings and (report.statistics or not report.quiet):
        blocks.append(statistics(report.findings, report.paint))
    if not report.quiet:
        blocks.append(totals(report))
    return "\n".join(blocks)


def _shown(report: LintReport) -> Iterator[Finding]:
    """All findings, or the first ones of each rule."""
    seen: Counter[str] = Counter()
    for finding in report.findings:
        seen[finding.code] += 1
        if report.verbose or seen[finding.code] <= _MOST_OF_A_RULE:
            yield finding


def _left_out(shown: Sequence[Finding], findings: Sequence[Finding]) -> str:
    left = Counter(finding.code for finding in findings)
    left.subtract(finding.code for finding in shown)
    counts = ", ".join(f"{number:,} of {code}" for code, number in sorted(left.items()) if number)
    return f"Further findings: {counts}. To list them, use --verbose."


def _block(finding: Finding, source: SourceFile | None, report: LintReport) -> Iterator[str]:
    place, paint = finding.place, report.paint
    gutter = len(str(place.end_line))
    colour = COLOURS[finding.severity]
    yield from _head(finding, report)
    arrow = paint(" " * gutter + "-->", "blue")
    yield f"{arrow} {printable(short(place.file))}:{place.line}:{place.column}"
    shown = source is not None and source.is_configuration
    lines = source.physical_lines(place.line, place.end_line) if source and shown else []
    longest = min(_LONGEST_LINE, max((report.columns or _LONGEST_LINE) - gutter - 5, _LEAD))
    yield from _source(place, lines, gutter, paint, colour, longest)
    for label, said in _notes(finding, report):
        used = gutter + 5 + len(label)
        first, *further = wrapped(printable(said), report.columns, first=used, indent=gutter + 3)
        yield f"{' ' * gutter} {paint('=', 'blue')} {paint(label, 'bold')}: {first}"
        yield from further


def _head(finding: Finding, report: LintReport) -> Iterator[str]:
    """Rule, message, and whether ``fix`` repairs it."""
    paint = report.paint
    label = f"{finding.severity}[{finding.code}]"
    mark = _MARKS[finding.fix] if finding.fix else ""
    message = f"{printable(finding.message)} {mark}".rstrip()
    first = len(f"{label} {finding.name}: ")
    lines = wrapped(message, report.columns, first=first, indent=_INDENT)
    texts = [paint(line.removesuffix(mark).rstrip(), "bold") for line in lines]
    if mark:
        gap = " " if texts[-1] else " " * _INDENT
        texts[-1] += gap + paint(mark, "cyan")
    linked = paint.link(paint(label, "bold", COLOURS[finding.severity]), finding.url)
    yield f"{linked} {finding.name}: {texts[0]}"
    yield from texts[1:]


def _notes(finding: Finding, report: LintReport) -> Iterator[tuple[str, str]]:
    if finding.hosts:
        most = len(finding.hosts) if report.verbose else _MOST_HOSTS
        yield "host" if len(finding.hosts) == 1 else "hosts", _hosts(finding, most)
    if finding.certificate_path:
        yield "certificate", short(finding.certificate_path)
    sure = finding.confidence is Confidence.CERTAIN
    doubt = "" if sure else f" ({finding.confidence})"
    yield "effect", f"{finding.effect}: {finding.effect.meaning}{doubt}"
    if finding.log_id:
        yield "log", finding.log_id
    if finding.benchmark:
        yield "benchmark", finding.benchmark
    yield "help", finding.help


def _hosts(finding: Finding, most: int) -> str:
    """The first hosts, and the number of the others."""
    places = map(finding.host_place, finding.hosts[:most])
    named = ", ".join(f"{place.name} ({short(place.file)}:{place.line})" for place in places)
    more = len(finding.hosts) - most
    return f"{named} and {more} more" if more > 0 else named


def _source(
    place: Place, lines: list[str], gutter: int, paint: Paint, colour: str, longest: int
) -> Iterator[str]:
    if not any(line.strip() for line in lines):
        return
    bar = paint("|", "blue")
    yield f"{' ' * gutter} {bar}"
    for offset, line in enumerate(lines[:_MOST_LINES]):
        start = len(line) - len(line.lstrip())
        end = len(line.rstrip())
        if offset == 0:
            start = place.column - 1
        if place.line + offset == place.end_line:
            end = place.end_column - 1
        shown, spot = _spot(line, start, max(end, start + 1), longest)
        number = paint(str(place.line + offset).rjust(gutter), "blue")
        yield f"{number} {bar} {shown}".rstrip()
        yield f"{' ' * gutter} {bar} {paint(spot, 'bold', colour)}"
    if len(lines) > _MOST_LINES:
        yield f"{' ' * gutter} {bar} …"


def _spot(line: str, start: int, end: int, longest: int) -> tuple[str, str]:
    """The line as it is shown, and carets under the characters from start to end."""
    before, after = "", ""
    longest = max(longest - (len(_TAB) - 1) * line.count("\t"), _LEAD)
    if len(line) > longest:
        first = max(min(start - _LEAD, len(line) - longest), 0)
        before = "…" if first else ""
        after = "…" if first + longest < len(line) else ""
        line = line[first : first + longest]
        start, end = start - first, min(end - first, longest)
    lead = before + _visible(line[:start])
    spot = _visible(line[start:end])
    carets = "^" * max(width(spot), 1)
    return lead + spot + _visible(line[end:]) + after, " " * width(lead) + carets


def _visible(text: str) -> str:
    return printable(text.replace("\t", _TAB))
