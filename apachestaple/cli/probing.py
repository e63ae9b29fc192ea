"""The options of ``probe``: what is expected of servers, and how they are connected to.

Not ``from __future__ import annotations``: Typer reads the annotations.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from apachestaple.cli.errors import UsageError
from apachestaple.cli.values import amount, one_of, seconds, whole

if TYPE_CHECKING:
    from apachestaple.network.route import Route
    from apachestaple.probing.judging import Expectations, Limit
    from apachestaple.probing.probe import Prober
    from apachestaple.probing.targets import Target

# The largest values of options: seconds, handshakes, and days or hours.
_LONGEST = 600
_MOST_RETRIES = 10
_LONGEST_LEFT = 100_000


@dataclass(frozen=True)
class Expected:
    """What is expected of servers."""

    warning: Annotated[
        str | None,
        typer.Option(metavar="DAYS", help="Warn if a certificate expires in fewer days."),
    ] = None
    critical: Annotated[
        str | None,
        typer.Option(metavar="DAYS", help="Critical if a certificate expires in fewer days."),
    ] = None
    ocsp_warning: Annotated[
        str | None, typer.Option(metavar="HOURS", help="Warn if a staple expires in fewer hours.")
    ] = None
    ocsp_critical: Annotated[
        str | None,
        typer.Option(metavar="HOURS", help="Critical if a staple expires in fewer hours."),
    ] = None
    require_staple: Annotated[
        bool, typer.Option("--require-staple", help="Critical if a server sends no staple.")
    ] = False
    verify: Annotated[
        bool, typer.Option("--verify/--no-verify", help="Check the certificate's name and chain.")
    ] = True

    @property
    def expectations(self) -> "Expectations":
        """The same in numbers.

        Raises:
            UsageError: a value cannot be used.

        """
        from apachestaple.probing.judging import Expectations

        return Expectations(
            certificate=_limit("", "days", self.warning, self.critical),
            staple=_limit("ocsp-", "hours", self.ocsp_warning, self.ocsp_critical),
            require_staple=self.require_staple,
            verify=self.verify,
        )


@dataclass(frozen=True)
class Client:
    """How servers are connected to."""

    cafile: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Trusted authorities in PEM [default: the system's]."),
    ] = None
    servername: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Name to send to the server [default: HOST]."),
    ] = None
    address: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Connect to this address, not to that of HOST."),
    ] = None
    only_ipv4: Annotated[bool, typer.Option("-4", help="Use IPv4 only.")] = False
    only_ipv6: Annotated[bool, typer.Option("-6", help="Use IPv6 only.")] = False
    proxy: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Connect through an HTTP proxy (CONNECT)."),
    ] = None
    tls: Annotated[
        str | None, typer.Option(metavar="1.2|1.3", help="Use this version of TLS only.")
    ] = None
    timeout: Annotated[
        str | None,
        typer.Option(metavar="SECONDS", help="Time limit of each handshake [default: 15]."),
    ] = None
    retries: Annotated[
        str | None,
        typer.Option(metavar="N", help="Repeat a handshake that fails up to N times."),
    ] = None

    def parsed(self, word: str, place: str = "") -> "Target":
        """The target that a word names; errors begin with ``place``.

        Raises:
            UsageError: the word names no target.

        """
        from apachestaple.probing.targets import parse_target

        try:
            return parse_target(word, servername=self.servername, address=self.address)
        except ValueError as error:
            raise UsageError(f"{place}{error}") from None

    @property
    def route(self) -> "Route":
        """How servers are connected to.

        Raises:
            UsageError: the options cannot be used.

        """
        from apachestaple.network.route import Route, parse_proxy

        if self.only_ipv4 and self.only_ipv6:
            raise UsageError("-4 and -6 cannot be used together")
        version = 4 if self.only_ipv4 else 6 if self.only_ipv6 else None
        try:
            return Route(parse_proxy(self.proxy) if self.proxy else None, version)
        except ValueError as error:
            raise UsageError(f"--proxy {error}") from None

    def prober(self, only_public: "frozenset[Target]") -> "Prober":
        """The client; ``only_public`` are targets that must have public addresses.

        Raises:
            UsageError: a value cannot be used.
            OSError: ``cafile`` cannot be read.

        """
        from apachestaple.network.tls_client import TLS_VERSIONS
        from apachestaple.probing.probe import PATIENCE, Prober

        if self.tls is not None:
            one_of("--tls", self.tls, *TLS_VERSIONS)
        limit = self.timeout
        try:
            return Prober(
                seconds=PATIENCE if limit is None else seconds("--timeout", limit, _LONGEST),
                tls=self.tls,
                cafile=self.cafile,
                route=self.route,
                retries=whole("--retries", self.retries, 0, least=0, most=_MOST_RETRIES),
                only_public=only_public,
            )
        except ValueError as error:
            raise UsageError(f"--cafile {self.cafile} {error}") from None


def _limit(which: str, unit: str, warning: str | None, critical: str | None) -> "Limit":
    from apachestaple.probing.judging import Limit

    def left(name: str, given: str | None) -> timedelta | None:
        if given is None:
            return None
        return timedelta(**{unit: amount(f"--{which}{name}", given, unit, _LONGEST_LEFT)})

    limit = Limit(left("warning", warning), left("critical", critical))
    if limit.warning is not None and limit.critical is not None and limit.warning < limit.critical:
        raise UsageError(f"--{which}warning must not be less than --{which}critical")
    return limit
