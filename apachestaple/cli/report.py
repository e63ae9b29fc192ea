"""``apachestaple report``."""

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from apachestaple.cli.errors import FAILED, UsageError, tell
from apachestaple.cli.values import one_of

if TYPE_CHECKING:
    from apachestaple.fleet.fleet import Fleet
    from apachestaple.fleet.reading import Read

_SUFFIXES = {".html": "html", ".htm": "html", ".csv": "csv", ".md": "markdown", ".json": "json"}


def report(
    documents: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="JSON",
            show_default=False,
            help="Output of lint --format json: files, folders of *.json files, or - "
            "[default: standard input].",
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="html|csv|markdown|json",
            help="Report format [default: by the name of --output, or html].",
        ),
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the report to a file.")
    ] = None,
    since: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OLD.json",
            help="Show what has changed since an earlier report, or earlier output of lint. "
            "Repeatable.",
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print no notes on outdated results.")
    ] = False,
) -> int:
    """Merge the lint results of many servers into one report."""
    from apachestaple.fleet.comparing import Earlier
    from apachestaple.fleet.fleet import Fleet
    from apachestaple.fleet.merging import merged
    from apachestaple.report.terminal import emit_pieces

    form = _format(form, output)
    if not documents and (sys.stdin is None or sys.stdin.isatty()):
        raise UsageError("name the JSON files to report, or pass one on standard input")
    earlier = None
    if since:
        read = _read(since)
        tell(*map(str, read.problems))
        if not read.documents:
            return FAILED
        earlier = Earlier(merged(read.documents))
    read = _read(documents or ["-"])
    tell(*map(str, read.problems))
    if not read.documents:
        return FAILED
    found = merged(read.documents)
    if not quiet:
        tell(
            *(
                f"{old.source}: not used, because {new.source} has later results of {old.server}"
                for old, new in found.outdated
            )
        )
    fleet = Fleet(found, read.problems, datetime.now(UTC), earlier)
    emit_pieces(_view(fleet, form), output, exact=form == "html")
    return 0


def _format(form: str | None, output: str | None) -> str:
    if form is not None:
        return one_of("--format", form, "html", "csv", "markdown", "json")
    suffix = os.path.splitext(output or "")[1].lower()
    if suffix and suffix not in _SUFFIXES:
        raise UsageError(f"--output: the suffix {suffix} stands for no format; use --format")
    return _SUFFIXES.get(suffix, "html")


def _read(paths: Sequence[str]) -> "Read":
    from apachestaple.fleet.reading import read_documents
    from apachestaple.report.progress import tracked

    def shown(results: Iterator["Read"], total: int) -> Iterator["Read"]:
        return tracked(results, total, "Reading")

    return read_documents(paths, shown)


def _view(fleet: "Fleet", form: str) -> Iterator[str]:
    if form == "json":
        from apachestaple.report.fleet.json import report_json

        return report_json(fleet)
    if form == "csv":
        from apachestaple.report.fleet.csv import report_csv

        return report_csv(fleet)
    if form == "markdown":
        from apachestaple.report.fleet.markdown import report_markdown

        return report_markdown(fleet)
    from apachestaple.report.fleet.html import report_html

    return report_html(fleet)
