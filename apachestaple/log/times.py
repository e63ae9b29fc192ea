"""Parses the time of a line in the formats of ErrorLogFormat, syslog and the journal."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_MONTH = rb"(?P<name>" + b"|".join(_MONTHS) + rb")"
_CLOCK = rb"(?P<clock>\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)"
_ZONE = rb"(?P<zone>Z|[+-]\d\d:?\d\d)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        # ctime, which is %t: Sun Nov 22 13:30:31.133162 2026
        _MONTH + rb" +(?P<day>\d{1,2}) " + _CLOCK + rb" (?P<year>\d{4})",
        # %{cu}t, ISO 8601, syslog of RFC 5424: 2026-11-22T13:30:31.133162+01:00
        rb"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)[T ]" + _CLOCK + rb" ?" + _ZONE,
        # As in an access log: 22/Nov/2026:13:30:31 +0100
        rb"(?P<day>\d\d)/" + _MONTH + rb"/(?P<year>\d{4})[: ]" + _CLOCK + rb" ?" + _ZONE,
        # Old syslog, without a year: Nov 22 13:30:31
        _MONTH + rb" +(?P<day>\d{1,2}) " + _CLOCK,
    )
)
# Seconds, milliseconds or microseconds since 1970: "time":1795354231, and the format of journalctl.
_EPOCH = re.compile(rb"\"([@\w]{1,40})\" ?: ?\"?(\d{10})(\d{0,6})\b")


def line_time(text: bytes, latest: datetime) -> str | None:
    """The first time in ``text`` in ISO 8601, or ``None``.

    It has no zone if the log has none; httpd writes the server's local time. If the log has no
    year, it is the last one that does not exceed ``latest``.
    """
    for form in _FORMS:
        found = form.search(text)
        if found is None:
            continue
        parts = found.groupdict()
        name, zone = parts.get("name"), parts.get("zone") or b""
        month = _MONTHS.index(name) + 1 if name else int(parts["month"])
        clock = parts["clock"].decode().replace(",", ".")
        day = int(parts["day"])
        year = int(parts.get("year") or _year(month, day, latest))
        return f"{year:04}-{month:02}-{day:02}T{clock}{_zone(zone.decode())}"
    epoch = next((found for found in _EPOCH.finditer(text) if _is_time(found[1])), None)
    if epoch is None:
        return None
    moment = datetime.fromtimestamp(int(epoch[2]), UTC)
    fraction = f".{epoch[3].decode()}" if epoch[3] else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _is_time(name: bytes) -> bool:
    return b"time" in name or name == b"__REALTIME_TIMESTAMP"


def _year(month: int, day: int, latest: datetime) -> int:
    return latest.year - ((month, day) > (latest.month, latest.day))


def _zone(zone: str) -> str:
    return f"{zone[:3]}:{zone[3:]}" if len(zone) == len("+0100") else zone
