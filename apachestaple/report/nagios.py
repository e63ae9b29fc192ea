"""Output for Nagios, Icinga, Naemon and the like.

Source: the Monitoring Plugins Development Guidelines (plugin output, performance data).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.probing.judging import Verdict
from apachestaple.report.terminal import cut, printable, without_commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SERVICE = "STAPLING"
_LONGEST = 500


def plugin_output(
    verdict: Verdict,
    text: str,
    *,
    values: Iterable[str] = (),
    more: Sequence[str] = (),
    more_values: Iterable[str] = (),
) -> str:
    """The verdict and a text on the first line with performance data, and further lines.

    ``more_values`` are performance data behind the last further line. They are on one line: Nagios
    reads everything after the second bar as performance data, Icinga 2 only the rest of the line.
    """
    lines = [f"{_SERVICE} {verdict.name} - {clean(text)}", *map(clean, more)]
    if data := " ".join(values):
        lines[0] += f" | {data}"
    if more and (data := " ".join(more_values)):
        lines[-1] += f" | {data}"
    return "\n".join(lines) + "\n"


def plugin_error(message: str) -> str:
    """The output for an error that keeps the plugin from checking anything."""
    return plugin_output(Verdict.UNKNOWN, message)


def value(label: str, number: str, limits: str = ";;0") -> str:
    """Performance data: a number with its unit; warning, critical and minimum."""
    label = clean(label).replace("'", "").replace("=", "")
    return f"'{label}'={number};{limits}"


def count(number: int, one: str, many: str) -> str:
    """A number and what is counted, such as ``2 queries``."""
    return f"{number} {one if number == 1 else many}"


def clean(text: str) -> str:
    """On one line, without the character that begins performance data.

    Commands for CI runners are escaped here, and not when a whole line is printed, which would
    change IPv6 addresses.
    """
    return cut(without_commands(printable(text)).replace("|", "¦"), _LONGEST)
