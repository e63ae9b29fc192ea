"""Tables of the figures for a terminal or Markdown."""

import resource
import statistics
from collections.abc import Callable, Sequence

from benchmarks.measure import Runs

Table = Callable[[Sequence[Sequence[str]]], str]

_HEADING = (
    *("", "runs", "min ms", "median ms", "max ms"),
    *("ratio min", "ratio median", "ratio max", "peak MB"),
)


def figures(found: Sequence[Runs]) -> list[tuple[str, ...]]:
    """A row for each program; ratios are relative to the first one, round by round."""
    # No process can be measured smaller than this one, which started it.
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    rows: list[tuple[str, ...]] = [_HEADING]
    for runs in found:
        times = (f"{1000 * seconds:,.0f}" for seconds in _spread(runs.seconds))
        ratios = (f"{ratio:.2f}" for ratio in _spread(runs.ratios(found[0])))
        largest = max(runs.memory)
        memory = f"{'≤ ' if largest <= floor else ''}{largest / 1e6:.0f}"
        rows.append((runs.program.name, str(len(runs.seconds)), *times, *ratios, memory))
    return rows


def growth(small: Sequence[Runs], large: Sequence[Runs]) -> list[tuple[str, ...]]:
    """The time for the large configuration divided by that for the small one, by program."""
    rows: list[tuple[str, ...]] = [("", "by minimum", "by median")]
    for one, other in zip(small, large, strict=True):
        least = min(other.seconds) / min(one.seconds)
        middle = statistics.median(other.seconds) / statistics.median(one.seconds)
        rows.append((one.program.name, f"{least:.1f}", f"{middle:.1f}"))
    return rows


def plain(rows: Sequence[Sequence[str]]) -> str:
    """Aligned columns for a terminal."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for name, *cells in rows:
        numbers = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        lines.append("  ".join([name.ljust(widths[0]), *numbers]))
    return "\n".join(lines)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table for docs/performance.md."""
    heading, *body = rows
    rule = ["---", *("---:" for _ in heading[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heading, rule, *body))


def _spread(numbers: Sequence[float]) -> tuple[float, float, float]:
    return min(numbers), statistics.median(numbers), max(numbers)
