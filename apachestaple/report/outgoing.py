"""Formats of ``responders`` that are rendered from templates: CSV, firewall rules, a redirect.

Each template has a dataclass with its variables. Names come from certificates and configurations,
and root may load the output, so all texts except the rows of the table are safe in a comment.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, ClassVar

from apachestaple.ocsp.destinations import Outgoing
from apachestaple.ocsp.host import is_address
from apachestaple.report.escaping import comment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from apachestaple.ocsp.responder import Need, Responder
    from apachestaple.templating import Templates

# The port of the local proxy (tinyproxy).
_REDIRECT_PORT = 8888
# What a packet filter accepts as user: a name, or a number that httpd writes as #1000.
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}|#[0-9]{1,10}")
# The longest command line that is shown in a comment, in characters.
_LONGEST_COMMAND = 1000
_COLUMNS = (
    *("url", "host", "port", "scheme", "used", "why_not", "proxy"),
    *("addresses", "certificate", "virtual_host"),
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """The addresses of host names.

    Attributes:
        addresses: addresses of each host, IPv4 first; empty for a host with a problem.
        problems: why a host has no address.

    """

    addresses: Mapping[str, tuple[str, ...]]
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ResponderTable:
    """For ``responders.csv.j2``: a row for each certificate of each host.

    Attributes:
        columns: names of the columns.
        rows: rows with a text for each column.

    """

    templates: ClassVar[Mapping[str, str]] = {"csv": "responders.csv.j2"}
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class LetOut:
    """A host and port to which connections are allowed.

    Attributes:
        host: a name in lower case, or an address.
        port: TCP port.
        is_address: whether ``host`` is an address.
        is_proxy: whether it is a proxy, through which responders are queried.
        urls: URLs of the responders.
        hosts: names of the virtual hosts whose stapling uses it.
        waits: whether it is used only after stapling is turned on.
        problem: why the name has no address, or ``""``.

    """

    host: str
    port: int
    is_address: bool
    is_proxy: bool
    urls: tuple[str, ...]
    hosts: tuple[str, ...]
    waits: bool
    problem: str


@dataclass(frozen=True, slots=True)
class Opening:
    """An address and port to which connections are allowed, and its host names."""

    address: str
    port: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutgoingRules:
    """For the templates of firewall rules.

    Attributes:
        destinations: a list of `LetOut`.
        ipv4: a list of `Opening`, each address and port once.
        ipv6: the same for IPv6.
        left_out: pairs of a URL for which no connection is allowed, and the reason.
        date: time of the name resolution, UTC.
        command: the command line.

    """

    templates: ClassVar[Mapping[str, str]] = {
        "nftables": "outgoing.nft.j2",
        "iptables": "outgoing.iptables.j2",
        "firewalld": "outgoing.firewalld.xml.j2",
        "ufw": "outgoing.ufw.sh.j2",
        "squid": "outgoing.squid.conf.j2",
    }
    destinations: tuple[LetOut, ...]
    ipv4: tuple[Opening, ...]
    ipv6: tuple[Opening, ...]
    left_out: tuple[tuple[str, str], ...]
    date: str
    command: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """For the templates of a redirect through a local proxy.

    Attributes:
        proxy_host: host of the proxy that the local proxy uses.
        proxy_port: its port.
        port: port of the local proxy.
        ports: ports of the responders, which are redirected.
        user: the user that httpd runs as, ``""`` if it is not known.
        destinations: a list of `LetOut`: the responders.
        left_out: pairs of a URL that is left out, and the reason.
        command: the command line.

    """

    templates: ClassVar[Mapping[str, str]] = {
        "tinyproxy": "redirect.tinyproxy.conf.j2",
        "redirect-nftables": "redirect.nft.j2",
        "redirect-iptables": "redirect.iptables.j2",
    }
    proxy_host: str
    proxy_port: int
    port: int
    ports: tuple[int, ...]
    user: str
    destinations: tuple[LetOut, ...]
    left_out: tuple[tuple[str, str], ...]
    command: str


Rendered = ResponderTable | OutgoingRules | Redirect


def rendered(form: str, what: Rendered, templates: Templates) -> str:
    """Render a format.

    Raises:
        TemplateProblemError: the template cannot be used.

    """
    return templates.render(what.templates[form], asdict(what))


def responder_table(responders: Iterable[Responder], resolution: Resolution) -> ResponderTable:
    """The table of all certificates of all responders."""
    rows = [
        _row(responder, need, resolution) for responder in responders for need in responder.needs
    ]
    return ResponderTable(_COLUMNS, tuple(rows))


def _row(responder: Responder, need: Need, resolution: Resolution) -> tuple[str, ...]:
    return (
        responder.url,
        responder.host,
        str(responder.port or ""),
        responder.scheme,
        "no" if need.refusal else "yes",
        need.refusal or "",
        need.proxy or "",
        " ".join(resolution.addresses.get(responder.host, ())),
        need.certificate,
        need.host or "",
    )


def outgoing_rules(
    out: Outgoing, resolution: Resolution, *, date: str, command: str
) -> OutgoingRules:
    """The variables for firewall rules, with the addresses of names."""
    names: dict[tuple[str, int], dict[str, None]] = {}
    for destination in out.destinations:
        for address in resolution.addresses.get(destination.host, ()):
            names.setdefault((address, destination.port), {})[destination.host] = None
    # If two names have the same address, a set must contain it once.
    openings = [Opening(address, port, tuple(of)) for (address, port), of in names.items()]
    return OutgoingRules(
        destinations=_let_out(out, resolution),
        ipv4=tuple(opening for opening in openings if ":" not in opening.address),
        ipv6=tuple(opening for opening in openings if ":" in opening.address),
        left_out=_left_out(out),
        date=date,
        command=_command(command),
    )


def redirect(out: Outgoing, proxy: tuple[str, int], *, user: str, command: str) -> Redirect:
    """The variables for a redirect to ``proxy``, which is a host and port.

    It is for hosts without SSLOCSPProxyURL.
    """
    direct = Outgoing(tuple(one for one in out.destinations if not one.is_proxy), out.left_out)
    return Redirect(
        proxy_host=f"[{proxy[0]}]" if ":" in proxy[0] else proxy[0],
        proxy_port=proxy[1],
        port=_REDIRECT_PORT,
        ports=tuple(sorted({destination.port for destination in direct.destinations})),
        user=user.removeprefix("#") if _USER.fullmatch(user) else "",
        destinations=_let_out(direct, Resolution({}, {})),
        left_out=_left_out(direct),
        command=_command(command),
    )


def _let_out(out: Outgoing, resolution: Resolution) -> tuple[LetOut, ...]:
    return tuple(
        LetOut(
            destination.host,
            destination.port,
            is_address(destination.host),
            destination.is_proxy,
            _comments(destination.urls),
            _comments(destination.hosts),
            destination.waits,
            comment(resolution.problems.get(destination.host, "")),
        )
        for destination in out.destinations
    )


def _left_out(out: Outgoing) -> tuple[tuple[str, str], ...]:
    return tuple((comment(one.url), comment(one.reason)) for one in out.left_out)


def _comments(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(comment, words))


def _command(command: str) -> str:
    """The command line for a comment, or a placeholder if escaping would change it."""
    return command if comment(command, _LONGEST_COMMAND) == command else "COMMAND"
