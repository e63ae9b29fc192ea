"""``apachestaple dump``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.commands.trouble import one_of, tell_errors
from apachestaple.discovery.sites import read_configuration
from apachestaple.httpd.dump import dump_text
from apachestaple.report.json import dump_json
from apachestaple.report.terminal import emit
from apachestaple.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping


def run_dump(
    path: str | None, options: Mapping[str, object], form: str, *, config: str | None = None
) -> int:
    """Print the directives in effect."""
    form = one_of("--format", form, "text", "json")
    configuration = read_configuration(path, load_settings(options, near=path, config=config))
    tell_errors(configuration)
    if form == "json":
        emit(dump_json(configuration.directives))
    else:
        lines = dump_text(configuration.directives)
        emit("".join(f"{line}\n" for line in lines), exact=True)
    return 0
