"""Addresses and template variables for the formats of ``responders``."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apachestaple.cli.errors import UsageError
from apachestaple.ocsp.destinations import outgoing
from apachestaple.ocsp.host import is_address
from apachestaple.report.outgoing import (
    OutgoingRules,
    Redirect,
    Resolution,
    outgoing_rules,
    redirect,
    responder_table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.ocsp.responder import Responder
    from apachestaple.report.outgoing import Rendered


def resolved(form: str, found: Sequence[Responder], *, wanted: bool) -> Resolution:
    """The addresses that a format shows; names are only resolved if ``wanted``.

    Raises:
        UsageError: the format needs addresses of names, and these are not wanted.

    """
    if form in Redirect.templates or form == "squid":
        # Both use names.
        return Resolution({}, {})
    if form in OutgoingRules.templates:
        hosts = [one.host for one in outgoing(found, proxies=True).destinations]
        names = [host for host in hosts if not is_address(host)]
        if names and not wanted:
            raise UsageError(
                f"the format {form} needs addresses, but {names[0]} is a name; use --resolve"
            )
    else:
        # A responder that httpd does not query may no longer exist.
        hosts = [one.host for one in found if one.used or any(need.waits for need in one.needs)]
    looked_up = [host for host in dict.fromkeys(hosts) if host and (wanted or is_address(host))]
    if not looked_up:
        return Resolution({}, {})
    from apachestaple.network.resolve import resolve

    answers = resolve(looked_up)
    return Resolution(
        {host: answer.addresses for host, answer in answers.items() if not answer.problem},
        {host: answer.problem for host, answer in answers.items() if answer.problem},
    )


def variables(
    form: str,
    found: Sequence[Responder],
    resolution: Resolution,
    proxy: tuple[str, int] | None,
    user: str,
) -> Rendered:
    """The variables for the template of a format.

    ``proxy`` is host and port of the proxy for a redirect, ``user`` is the user that httpd runs as.
    """
    command = shlex.join(["apachestaple", *sys.argv[1:]])
    if proxy is not None:
        return redirect(outgoing(found, proxies=True), proxy, user=user, command=command)
    if form in OutgoingRules.templates:
        # httpd sends its queries to squid, which must allow the responders and not another proxy.
        out = outgoing(found, proxies=form != "squid")
        date = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        return outgoing_rules(out, resolution, date=date, command=command)
    return responder_table(found, resolution)
