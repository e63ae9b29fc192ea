"""OCSP responders, and the certificates that need them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Need(NamedTuple):
    """A certificate of a responder, and whether httpd queries the responder for it.

    Attributes:
        certificate: path of the certificate.
        host: name of the host with this certificate; ``None`` if the certificate was given as a
            file.
        refusal: why httpd does not query the responder, or ``None``.
        waits: whether httpd would query it if stapling were on and SSLUseStapling is not set.
        proxy: URL of the proxy that httpd connects to instead, or ``None``.

    """

    certificate: str
    host: str | None = None
    refusal: str | None = None
    waits: bool = False
    proxy: str | None = None


@dataclass
class Responder:
    """A responder.

    Attributes:
        url: the URL as in the certificate or SSLStaplingForceURL.
        scheme, host, port: parts of the URL; the port defaults to that of the scheme, and is
            ``None`` for an unknown scheme.
        needs: its certificates, in the order of the configuration.

    """

    url: str
    scheme: str
    host: str
    port: int | None
    needs: list[Need] = field(default_factory=list)

    @property
    def used(self) -> bool:
        """Whether httpd queries it for any certificate."""
        return any(need.refusal is None for need in self.needs)

    @property
    def certificates(self) -> list[str]:
        """Paths of the certificates that name it."""
        return _once(need.certificate for need in self.needs)

    @property
    def hosts(self) -> list[str]:
        """Names of the hosts with these certificates."""
        return _once(need.host for need in self.needs)

    @property
    def proxies(self) -> list[str]:
        """URLs of the proxies that httpd connects to instead."""
        return _once(need.proxy for need in self.needs if need.refusal is None)

    @property
    def refusals(self) -> list[str]:
        """Reasons why httpd does not query it."""
        return _once(need.refusal for need in self.needs)


def _once(words: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(word for word in words if word is not None))
