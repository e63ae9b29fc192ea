"""``apachestaple explain``."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from apachestaple.commands.trouble import (
    INTERRUPTED,
    USELESS,
    TroubleError,
    one_of,
    tell,
    tell_errors,
)
from apachestaple.discovery.sites import read_site
from apachestaple.log.configured import with_configuration
from apachestaple.log.explained import Explainer
from apachestaple.log.reading import STANDARD_INPUT, LogError, log_size, read_blocks
from apachestaple.report.explain import explain_report
from apachestaple.report.json import explain_json
from apachestaple.report.progress import progress
from apachestaple.report.terminal import emit, paint_for
from apachestaple.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apachestaple.mod_ssl.site import Site


def run_explain(
    logs: Sequence[str],
    options: Mapping[str, object],
    form: str,
    *,
    paths: Sequence[str] = (),
    config: str | None = None,
) -> int:
    """Explain the logs: 0 where nothing is wrong, 1 where something is, 2 where one is not read.

    Ctrl-C ends the reading, not the report.
    """
    form = one_of("--format", form, "text", "json")
    site = _site(paths, options, config)
    explainer = Explainer()
    logs = logs or [STANDARD_INPUT]
    exit_code = _read(explainer, logs)
    explanations = explainer.explanations()
    if site is not None:
        explanations = with_configuration(explanations, site)
    if exit_code == USELESS and not explanations:
        return USELESS
    as_json = form == "json"
    emit(
        explain_json(explanations)
        if as_json
        else explain_report(explanations, paint_for(sys.stdout))
    )
    return exit_code or int(any(explanation.is_fault for explanation in explanations))


def _read(explainer: Explainer, logs: Sequence[str]) -> int:
    exit_code = 0
    with progress("reading", sum(map(log_size, logs))) as advance:
        for log in logs:
            if log == STANDARD_INPUT and sys.stdin is not None and sys.stdin.isatty():
                tell("reading a log from standard input; Ctrl-D ends it")
            try:
                explainer.read(read_blocks(log, advance), _last_written(log))
            except LogError as error:
                tell(str(error))
                exit_code = USELESS
            except KeyboardInterrupt:
                return INTERRUPTED
    return exit_code


def _last_written(log: str) -> datetime:
    try:
        return datetime.fromtimestamp(os.stat(log).st_mtime).astimezone()
    except OSError:
        return datetime.now().astimezone()


def _site(paths: Sequence[str], options: Mapping[str, object], config: str | None) -> Site | None:
    """The configuration that the log belongs to, where one is named.

    Raises:
        TroubleError: several are named.

    """
    files = [path for path in paths if path.endswith(".toml")]
    configurations = [path for path in paths if path not in files]
    for named in (files, configurations):
        if len(named) > 1:
            raise TroubleError(
                f"--config takes one configuration and one settings file, not {', '.join(named)}"
            )
    if files and config is not None:
        raise TroubleError("--isolated goes without a settings file")
    path = configurations[0] if configurations else None
    settings = load_settings(options, near=path, config=files[0] if files else config)
    if path is None:
        return None
    site = read_site(path, settings)
    tell_errors(site.configuration)
    return site
