"""``probe --format nagios``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.probing.judging import Limit, Verdict, days, hours, worst
from apachestaple.report.nagios import plugin_output, value
from apachestaple.report.probes import headline, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import timedelta

    from apachestaple.probing.judging import Expectations, Judged


def probe_nagios(probed: Sequence[Judged], expected: Expectations) -> str:
    """A line with the verdict and performance data.

    For several servers, its performance data are totals. A line for each server with problems
    follows, the worst first, and then the performance data of each server.
    """
    verdict = worst(judged.verdict for judged in probed)
    values = [one for judged in probed for one in _values(judged, expected)]
    if len(probed) == 1:
        return plugin_output(verdict, _line(probed[0]), values=values)
    bad = [judged for judged in probed if judged.verdict is not Verdict.OK]
    bad.sort(key=lambda judged: -judged.verdict.weight)
    text = f"{len(bad)} with problems" if bad else "no problems"
    more = [f"{judged.verdict.name}: {_line(judged)}" for judged in bad]
    more.append(f"{len(probed) - len(bad)} of {len(probed)} servers are ok")
    return plugin_output(
        verdict,
        f"{len(probed)} servers, {text}",
        values=_totals(probed, len(bad), expected),
        more=more,
        more_values=values,
    )


def _line(judged: Judged) -> str:
    served = judged.served
    told = [problem.text for problem in judged.problems]
    if not told:
        told = [headline(served)]
        if served.staple_left is not None:
            told[0] += f" for {hours(served.staple_left):.1f} hours"
        if served.leaf is not None:
            left = days(served.leaf.not_after - served.at)
            told.append(f"the certificate is valid for {left:.1f} days")
    return f"{name_of(served.target)}: {'; '.join(told)}"


def _values(judged: Judged, expected: Expectations) -> Iterator[str]:
    served = judged.served
    if not served.reached:
        return
    name = name_of(served.target)
    yield value(f"{name} time", f"{served.seconds:.3f}s")
    if served.leaf is not None:
        left = days(served.leaf.not_after - served.at)
        yield value(f"{name} certificate_days", f"{left:.2f}", _range(expected.certificate, days))
    if served.staple_left is not None:
        left = hours(served.staple_left)
        yield value(f"{name} staple_hours", f"{left:.2f}", _range(expected.staple, hours))
    yield value(f"{name} staple_size", f"{served.staple_length}B")


def _totals(probed: Sequence[Judged], bad: int, expected: Expectations) -> Iterator[str]:
    """The numbers of servers, and the certificate and the staple that expire first."""
    yield value("servers", f"{len(probed)}")
    yield value("problems", f"{bad}")
    served = [judged.served for judged in probed]
    ends = [one.leaf.not_after - one.at for one in served if one.leaf]
    if ends:
        yield value(
            "certificate_days", f"{days(min(ends)):.2f}", _range(expected.certificate, days)
        )
    left = [one.staple_left for one in served if one.staple_left is not None]
    if left:
        yield value("staple_hours", f"{hours(min(left)):.2f}", _range(expected.staple, hours))


def _range(limit: Limit, unit: Callable[[timedelta], float]) -> str:
    """Warning and critical range: ``14:`` alerts below 14."""
    return ";".join(
        "" if least is None else f"{unit(least):g}:" for least in (limit.warning, limit.critical)
    )
