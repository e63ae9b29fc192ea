"""``apachestaple explain``."""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from apachestaple.cli.errors import FAILED, INTERRUPTED, UsageError, tell, tell_errors
from apachestaple.cli.options import Common, Format
from apachestaple.cli.values import one_of

if TYPE_CHECKING:
    from apachestaple.log.explainer import Explainer
    from apachestaple.mod_ssl.site import Site


def explain(
    common: Common,
    logs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ERROR_LOG",
            show_default=False,
            help="Error logs, also rotated and compressed; - is standard input [default: -].",
        ),
    ] = None,
    form: Format = "text",
    config: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Configuration of the server, to find the cause of a problem; or a settings file "
            "(*.toml).",
        ),
    ] = None,
) -> int:
    """Find the stapling problems in an error log.

    Press Ctrl-C to stop reading and get the report.
    """
    from apachestaple.log.configured import with_configuration
    from apachestaple.log.explainer import Explainer
    from apachestaple.log.reading import STANDARD_INPUT
    from apachestaple.report.explain import explain_report
    from apachestaple.report.json import explain_json
    from apachestaple.report.terminal import emit

    one_of("--format", form, "text", "json")
    site = _site(common, config or [])
    explainer = Explainer()
    exit_code = _read(explainer, logs or [STANDARD_INPUT])
    explanations = explainer.explanations()
    if site is not None:
        explanations = with_configuration(explanations, site)
    if exit_code == FAILED and not explanations:
        return FAILED
    as_json = form == "json"
    emit(explain_json(explanations) if as_json else explain_report(explanations, common.paint))
    return exit_code or int(any(explanation.is_problem for explanation in explanations))


def _read(explainer: "Explainer", logs: Sequence[str]) -> int:
    from apachestaple.log.reading import STANDARD_INPUT, LogError, log_size, read_blocks
    from apachestaple.report.progress import progress

    exit_code = 0
    with progress("reading", sum(map(log_size, logs))) as advance:
        for log in logs:
            if log == STANDARD_INPUT and sys.stdin is not None and sys.stdin.isatty():
                tell("reading a log from standard input; Ctrl-D ends it")
            try:
                explainer.read(read_blocks(log, advance), _last_written(log))
            except LogError as error:
                tell(str(error))
                exit_code = FAILED
            except KeyboardInterrupt:
                return INTERRUPTED
    return exit_code


def _last_written(log: str) -> datetime:
    try:
        return datetime.fromtimestamp(os.stat(log).st_mtime).astimezone()
    except OSError:
        return datetime.now().astimezone()


def _site(common: Common, paths: Sequence[str]) -> "Site | None":
    """The configuration of ``--config``, or ``None`` if there is none.

    Raises:
        UsageError: there are several.

    """
    from apachestaple.discovery.starts import find_start
    from apachestaple.mod_ssl.reading import read_site

    files = [path for path in paths if path.endswith(".toml")]
    configurations = [path for path in paths if path not in files]
    for named in (files, configurations):
        if len(named) > 1:
            raise UsageError(
                f"--config takes one configuration and one settings file, not {', '.join(named)}"
            )
    settings = replace(common, config=files[0] if files else None).settings(configurations)
    if not configurations:
        return None
    site = read_site(find_start(configurations[0], settings), settings.certificates_required)
    tell_errors(site.configuration)
    return site
