"""The servers that are probed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.ocsp.host import is_address

if TYPE_CHECKING:
    from collections.abc import Iterator

HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class Target:
    """A server to probe.

    Attributes:
        host: name or address.
        port: TCP port.
        servername: the name that the client requests (SNI); ``None`` sends none.
        address: address to connect to instead of ``host``, or ``None``.

    """

    host: str
    port: int
    servername: str | None
    address: str | None = None

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def expected_name(self) -> str:
        """The name or address that the certificate has to contain."""
        return self.servername if self.servername is not None else self.host


def parse_target(text: str, *, servername: str | None = None, address: str | None = None) -> Target:
    """Parse ``HOST``, ``HOST:PORT``, ``[ADDRESS]:PORT`` or ``ADDRESS``.

    ``servername`` defaults to the host, if it is a name. Internationalised names are converted to
    their ASCII form (RFC 5891).

    Raises:
        ValueError: the text has none of these forms.

    """
    found = _TARGET.fullmatch(text)
    if found is None:
        raise ValueError(f"use HOST or HOST:PORT, not {text!r}")
    host = _ascii(found["bare"] or found["bracketed"] or found["name"])
    port = int(found["port"] or HTTPS_PORT)
    if not 0 < port < 65536:
        raise ValueError(f"invalid port {port} ({text})")
    if servername is not None:
        servername = _ascii(servername)
    elif not is_address(host):
        # An address is never sent as server name (RFC 6066, section 3).
        servername = host.rstrip(".")
    return Target(host, port, servername, address)


_TARGET = re.compile(
    r"(?P<bare>[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(?:%[\w.-]+)?)"
    r"|(?:\[(?P<bracketed>[^\]\s/]+)\]|(?P<name>[^\s:/@\[\]]+))(?::(?P<port>[0-9]{1,6}))?"
)


def _ascii(name: str) -> str:
    if name.isascii():
        return name
    import idna  # noqa: PLC0415  (5 ms, and most names are ASCII)

    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise ValueError(f"{name!r} is not a valid name") from None


def parse_target_list(text: str) -> Iterator[tuple[int, str]]:
    """The targets in a file, each with its line number; ``#`` begins a comment."""
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        target = line.partition("#")[0].strip()
        if target:
            yield number, target
