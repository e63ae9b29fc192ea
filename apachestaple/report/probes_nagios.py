"""``probe --format nagios``: output for Nagios, Icinga, Naemon and the like.

Source: the Monitoring Plugins Development Guidelines (plugin output, performance data).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.probing.judging import Limit, Verdict, days, hours, worst
from apachestaple.report.probes import headline, name_of
from apachestaple.report.terminal import cut, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import timedelta

    from apachestaple.probing.judging import Expectations, Judged

_SERVICE = "STAPLING"
_LONGEST = 500


def probe_nagios(probed: Sequence[Judged], expected: Expectations) -> str:
    """A line with the verdict and performance data; for several servers, a line for each follows.

    The servers with the worst verdicts come first.
    """
    verdict = worst(judged.verdict for judged in probed)
    values = " ".join(value for judged in probed for value in _values(judged, expected))
    bad = [judged for judged in probed if judged.verdict is not Verdict.OK]
    bad.sort(key=lambda judged: -judged.verdict.weight)
    more = [f"{judged.verdict.name}: {_line(judged)}" for judged in bad]
    if len(probed) == 1:
        first, more = _line(probed[0]), []
    elif bad:
        first = f"{len(probed)} servers, {len(bad)} with problems"
    else:
        first = f"{len(probed)} servers without problems"
    head = f"{_SERVICE} {verdict.name} - {first}"
    return "\n".join([f"{head} | {values}" if values else head, *more]) + "\n"


def plugin_error(message: str) -> str:
    """The output for an error that keeps the plugin from checking anything."""
    return f"{_SERVICE} {Verdict.UNKNOWN.name} - {_clean(message)}\n"


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
    return _clean(f"{name_of(served.target)}: {'; '.join(told)}")


def _clean(text: str) -> str:
    """On one line, without the character that begins performance data."""
    return cut(printable(text).replace("|", "¦"), _LONGEST)


def _values(judged: Judged, expected: Expectations) -> Iterator[str]:
    served = judged.served
    if not served.reached:
        return
    name = _label(name_of(served.target))
    yield f"'{name} time'={served.seconds:.3f}s;;;0"
    if served.leaf is not None and served.leaf.is_understood:
        left = days(served.leaf.not_after - served.at)
        yield f"'{name} certificate_days'={left:.2f};{_range(expected.certificate, days)}"
    if served.staple_left is not None:
        left = hours(served.staple_left)
        yield f"'{name} staple_hours'={left:.2f};{_range(expected.staple, hours)}"
    yield f"'{name} staple_size'={served.staple_length}B;;;0"


def _label(name: str) -> str:
    return _clean(name).replace("'", "").replace("=", "")


def _range(limit: Limit, unit: Callable[[timedelta], float]) -> str:
    """Warning and critical range: ``14:`` alerts below 14."""
    return ";".join(
        "" if least is None else f"{unit(least):g}:" for least in (limit.warning, limit.critical)
    )
