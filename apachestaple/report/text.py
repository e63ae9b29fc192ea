"""The text report of ``lint``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.summary import Summary, counted
from apachestaple.report.terminal import Paint, printable, short, width
from apachestaple.rules.finding import Confidence, Fix, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from apachestaple.httpd.configuration import Place, SourceFile
    from apachestaple.rules.finding import Finding

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_MARKS = {Fix.SAFE: "[fixable]", Fix.UNSAFE: "[unsafe fix]"}
_TAB = "    "
_MOST_LINES = 3
_MOST_HOSTS = 5
_LONGEST_LINE = 160
# The number of columns of a long line that are shown before the place.
_LEAD = 20


def text_report(
    findings: Sequence[Finding],
    sources: Mapping[str, SourceFile],
    summary: Summary,
    *,
    paint: Paint = Paint(),  # noqa: B008  (frozen)
    ignored_rules: int = 0,
) -> str:
    """All findings with their source lines, then a summary line.

    Another line counts what is ignored: findings by comments, and rules by a settings file.
    """
    blocks = [
        "\n".join(_block(finding, sources.get(finding.place.file), paint)) + "\n"
        for finding in findings
    ]
    last = _last_line(findings, summary, paint) + "\n"
    return "\n".join([*blocks, last]) + _ignored(summary.suppressed, ignored_rules)


def _block(finding: Finding, source: SourceFile | None, paint: Paint) -> Iterator[str]:
    place = finding.place
    gutter = len(str(place.end_line))
    colour = _COLOURS[finding.severity]
    head = paint(f"{finding.severity}[{finding.code}]", "bold", colour)
    fix = finding.fix
    mark = f" {paint(_MARKS[fix], 'cyan')}" if fix else ""
    yield f"{head} {finding.name}: {paint(printable(finding.message), 'bold')}{mark}"
    arrow = paint(" " * gutter + "-->", "blue")
    yield f"{arrow} {printable(short(place.file))}:{place.line}:{place.column}"
    shown = source is not None and source.is_configuration
    lines = source.physical_lines(place.line, place.end_line) if source and shown else []
    yield from _source(place, lines, gutter, paint, colour)
    for label, said in _notes(finding):
        yield f"{' ' * gutter} {paint('=', 'blue')} {paint(label, 'bold')}: {printable(said)}"


def _notes(finding: Finding) -> Iterator[tuple[str, str]]:
    if finding.hosts:
        yield "host" if len(finding.hosts) == 1 else "hosts", _hosts(finding)
    if finding.certificate_path:
        yield "certificate", short(finding.certificate_path)
    sure = finding.confidence is Confidence.CERTAIN
    doubt = "" if sure else f" ({finding.confidence})"
    yield "effect", f"{finding.effect}: {finding.effect.meaning}{doubt}"
    if finding.log_id:
        yield "log", finding.log_id
    yield "help", finding.help


def _hosts(finding: Finding) -> str:
    """The first hosts, and the number of the others."""
    places = map(finding.host_place, finding.hosts[:_MOST_HOSTS])
    named = ", ".join(f"{place.name} ({short(place.file)}:{place.line})" for place in places)
    more = len(finding.hosts) - _MOST_HOSTS
    return f"{named} and {more} more" if more > 0 else named


def _source(
    place: Place, lines: list[str], gutter: int, paint: Paint, colour: str
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
        shown, spot = _spot(line, start, max(end, start + 1))
        number = paint(str(place.line + offset).rjust(gutter), "blue")
        yield f"{number} {bar} {shown}".rstrip()
        yield f"{' ' * gutter} {bar} {paint(spot, 'bold', colour)}"
    if len(lines) > _MOST_LINES:
        yield f"{' ' * gutter} {bar} …"


def _spot(line: str, start: int, end: int) -> tuple[str, str]:
    """The line as it is shown, and carets under the characters from start to end."""
    before, after = "", ""
    if len(line) > _LONGEST_LINE:
        first = max(min(start - _LEAD, len(line) - _LONGEST_LINE), 0)
        before = "…" if first else ""
        after = "…" if first + _LONGEST_LINE < len(line) else ""
        line = line[first : first + _LONGEST_LINE]
        start, end = start - first, min(end - first, _LONGEST_LINE)
    lead = before + _visible(line[:start])
    spot = _visible(line[start:end])
    carets = "^" * max(width(spot), 1)
    return lead + spot + _visible(line[end:]) + after, " " * width(lead) + carets


def _visible(text: str) -> str:
    return printable(text.replace("\t", _TAB))


def _last_line(findings: Sequence[Finding], summary: Summary, paint: Paint) -> str:
    read = ", ".join(
        (
            counted(summary.files, "file"),
            counted(summary.hosts, "host"),
            counted(summary.certificates, "certificate"),
        )
    )
    if not findings:
        return f"{paint('No findings', 'bold', 'green')} in {read}."
    found = ", ".join(
        paint(counted(number, word), "bold", _COLOURS[severity])
        for severity, number, word in (
            (Severity.ERROR, summary.errors, "error"),
            (Severity.WARNING, summary.warnings, "warning"),
            (Severity.INFO, summary.infos, "info"),
        )
        if number
    )
    return f"{found} in {read}{_repair(findings)}"


def _ignored(findings: int, rules: int) -> str:
    by = [f"{counted(findings, 'finding')} by comments"] if findings else []
    by += [f"{counted(rules, 'rule')} by the settings file"] if rules else []
    return f"Ignored: {', '.join(by)}.\n" if by else ""


def _repair(findings: Sequence[Finding]) -> str:
    safe = sum(finding.fix is Fix.SAFE for finding in findings)
    unsafe = sum(finding.fix is Fix.UNSAFE for finding in findings)
    if not safe and not unsafe:
        return ""
    if not safe:
        return f"; apachestaple fix --unsafe can repair {unsafe}"
    more = f", and {unsafe} more with --unsafe" if unsafe else ""
    return f"; apachestaple fix can repair {safe}{more}"
