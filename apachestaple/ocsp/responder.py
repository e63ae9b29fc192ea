"""An OCSP responder, and for which certificates it is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Need:
    """That a certificate has a responder, and whether httpd asks it for this certificate.

    Attributes:
        certificate: its path.
        host: name of the host that has it; ``None`` for a certificate that was given as a file.
        refusal: why httpd does not ask, or ``None``.
        waits: whether it would ask if only stapling were switched on, of which nothing is said.
        proxy: the URL of the proxy that is asked instead, or ``None``.

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
        url: as it stands in the certificate or in SSLStaplingForceURL.
        scheme, host, port: of the URL; the port is that of the scheme where none is given, and
            ``None`` where neither is known.
        needs: for which certificates of which hosts, in the order of the configuration.

    """

    url: str
    scheme: str
    host: str
    port: int | None
    needs: list[Need] = field(default_factory=list)

    @property
    def used(self) -> bool:
        """Whether httpd asks it for any certificate."""
        return any(need.refusal is None for need in self.needs)

    @property
    def certificates(self) -> list[str]:
        """Paths of the certificates that name it."""
        return _once(need.certificate for need in self.needs)

    @property
    def hosts(self) -> list[str]:
        """Names of the hosts that have them."""
        return _once(need.host for need in self.needs)

    @property
    def proxies(self) -> list[str]:
        """What is asked instead, for the hosts that have a proxy."""
        return _once(need.proxy for need in self.needs if need.refusal is None)

    @property
    def refusals(self) -> list[str]:
        """Why httpd does not ask it."""
        return _once(need.refusal for need in self.needs)


def _once(words: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(word for word in words if word is not None))
