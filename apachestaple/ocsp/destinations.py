"""The hosts and ports that httpd connects to for OCSP queries, for firewall rules.

That is the proxy, or without one the responder. Responders that httpd would query if stapling were
on are included, because the firewall must allow the connection first.

Source: modules/ssl/ssl_util_ocsp.c (send_request), ssl_util_stapling.c (stapling_renew_response).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.ocsp.host import is_host
from apachestaple.ocsp.switched_off import switched_off
from apachestaple.ocsp.uri import parse_uri, proxy_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apachestaple.ocsp.responder import Need, Responder

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Destination:
    """A host and port that httpd connects to.

    Attributes:
        host: a name in lower case, or an address.
        port: TCP.
        is_proxy: whether it is a proxy, and the responders are behind it.
        urls: URLs of the responders.
        hosts: names of the hosts whose stapling uses it.
        waits: whether it is used only after stapling is turned on.

    """

    host: str
    port: int
    is_proxy: bool
    urls: tuple[str, ...]
    hosts: tuple[str, ...]
    waits: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A URL for which no connection is needed, and the reason."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Destinations in the order of their responders, and URLs that are left out."""

    destinations: tuple[Destination, ...]
    left_out: tuple[LeftOut, ...]


def outgoing(responders: Iterable[Responder], *, proxies: bool) -> Outgoing:
    """The hosts and ports that httpd connects to.

    Without ``proxies``, those of the responders, also if httpd uses a proxy.
    """
    found: dict[tuple[str, int, bool], list[tuple[str, Need]]] = {}
    left_out: dict[LeftOut, None] = {}
    for responder in responders:
        ways: dict[str | None, list[Need]] = {}
        for need in responder.needs:
            if need.refusal is None or need.waits:
                ways.setdefault(need.proxy if proxies else None, []).append(need)
        if not ways:
            left_out.update(dict.fromkeys(LeftOut(responder.url, r) for r in responder.refusals))
        for proxy, needs in ways.items():
            place = _place(responder.url, proxy)
            if isinstance(place, LeftOut):
                left_out[place] = None
            else:
                found.setdefault(place, []).extend((responder.url, need) for need in needs)
    destinations = tuple(_destination(place, needs) for place, needs in found.items())
    return Outgoing(destinations, tuple(left_out))


def _place(url: str, proxy: str | None) -> tuple[str, int, bool] | LeftOut:
    dead = switched_off(url)
    if dead is not None:
        return LeftOut(url, f"{dead.authority} switched it off on {dead.since}")
    asked = proxy if proxy is not None else url
    problem = proxy_problem(asked) if proxy is not None else None
    uri = parse_uri(asked)
    if problem is not None or uri is None:
        return LeftOut(asked, f"it {problem or 'cannot be parsed'}")
    host = (uri.host or "").lower()
    if not is_host(host):
        return LeftOut(asked, "it has no host name")
    return host, uri.port or _PORTS.get(uri.scheme or "", 80), proxy is not None


def _destination(place: tuple[str, int, bool], needs: list[tuple[str, Need]]) -> Destination:
    host, port, is_proxy = place
    return Destination(
        host,
        port,
        is_proxy,
        urls=tuple(dict.fromkeys(url for url, _ in needs)),
        hosts=tuple(dict.fromkeys(_hosts(needs))),
        waits=all(need.waits for _, need in needs),
    )


def _hosts(needs: Iterable[tuple[str, Need]]) -> Iterator[str]:
    return (need.host for _, need in needs if need.host is not None)
