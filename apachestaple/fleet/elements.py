"""Hosts, findings and configurations, read from the JSON of ``lint`` and ``report``."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from apachestaple.fleet.document import Certificate, Configuration, Finding, Host
from apachestaple.fleet.values import (
    ValueTypeError,
    a_list,
    an_object,
    number,
    one_of,
    switch,
    text,
    text_or_null,
)

_SEVERITIES = frozenset({"error", "warning", "info"})
_FIXES = frozenset({"safe", "unsafe"})
_CODE = re.compile(r"AS[0-9]{3}")


def read_host(value: object) -> Host:
    """A host; raises ValueTypeError."""
    fields = an_object(value, "a host")
    return Host(
        name=text(fields, "name"),
        configuration=text(fields, "configuration"),
        file=text(fields, "file"),
        line=number(fields, "line"),
        use_stapling=switch(fields, "use_stapling"),
        staples=switch(fields, "staples"),
        why=text(fields, "why"),
        certificates=tuple(map(_certificate, a_list(fields, "certificates"))),
    )


def _certificate(value: object) -> Certificate:
    fields = an_object(value, "a certificate")
    responder = text_or_null(fields, "responder")
    if "responder" not in fields and fields.get("ocsp_uris"):
        # Of a version before 0.3, which did not tell whether SSLStaplingForceURL is used instead.
        responder = _first(a_list(fields, "ocsp_uris"))
    ends = text_or_null(fields, "not_after")
    return Certificate(
        path=text(fields, "path"),
        subject=text_or_null(fields, "subject"),
        issuer=text_or_null(fields, "issuer"),
        responder=responder,
        ends=None if ends is None else utc(ends),
    )


def _first(uris: list[object]) -> str:
    uri = uris[0]
    if not isinstance(uri, str):
        raise ValueTypeError("ocsp_uris must be an array of strings")
    return uri


@lru_cache(maxsize=4096)
def utc(time: str) -> str:
    """A time of ISO 8601 in UTC, as texts that sort by time; raises ValueTypeError."""
    try:
        read = datetime.fromisoformat(time)
        moved = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueTypeError("a time must have the form 2026-11-25T19:00:00Z") from None
    return f"{moved:%Y-%m-%dT%H:%M:%SZ}".rjust(20, "0")


def read_finding(value: object) -> Finding:
    """A finding; raises ValueTypeError."""
    fields = an_object(value, "a finding")
    rule = text(fields, "rule")
    if not _CODE.fullmatch(rule):
        raise ValueTypeError("rule must be a code such as AS201")
    hosts = [an_object(host, "a host of a finding") for host in a_list(fields, "hosts")]
    return Finding(
        rule=rule,
        name=text(fields, "name"),
        severity=one_of(fields, "severity", _SEVERITIES),
        effect=text(fields, "effect"),
        message=text(fields, "message"),
        configuration=text(fields, "configuration"),
        file=text(fields, "file"),
        line=number(fields, "line"),
        hosts=tuple(text(host, "name") for host in hosts),
        fix=one_of(fields, "fix", _FIXES) if fields.get("fix") is not None else None,
        fingerprint=text(fields, "fingerprint"),
    )


def read_configuration(value: object) -> Configuration:
    """A configuration; raises ValueTypeError."""
    fields = an_object(value, "a configuration")
    return Configuration(text(fields, "path"), number(fields, "files"))
