"""A drawn tree: what its files say, and what that means for each host, without fix's own code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# Kinds of certificates by what stapling can do with them.
UNSTAPLEABLE = (
    *("no-ocsp", "leaf-only", "self-signed", "self-signed-ocsp", "https-responder"),
    *("https-first", "switched-off", "must-staple-no-ocsp"),
)
# The one that fix gives what it lacks: a later URI.
LATER_URI = "https-first"
DEAD = "dead-responder"
MUST_STAPLE = "must-staple"


class Layout(StrEnum):
    """Where files are."""

    DEBIAN = "debian"
    RHEL = "rhel"


class Spelling(StrEnum):
    """How a switch is written."""

    PLAIN = "plain"
    OTHERWISE = "otherwise"
    MISSPELT = "misspelt"
    QUOTED = "quoted"
    VARIABLE = "variable"


@dataclass(frozen=True)
class Switch:
    """A line that says SSLUseStapling."""

    on: bool
    spelling: Spelling = Spelling.PLAIN

    @property
    def is_broken(self) -> bool:
        """Whether it must be changed, whatever it is to say."""
        return self.spelling in (Spelling.MISSPELT, Spelling.QUOTED)

    @property
    def is_fixed(self) -> bool:
        """Whether it cannot be changed."""
        return self.spelling is Spelling.VARIABLE


@dataclass(frozen=True)
class Host:
    """A virtual host with TLS.

    Attributes:
        name: its ServerName.
        certificate: name of a certificate of the lab.
        switch: its own line, if it has one.
        repeats: whether the opposite of its switch stands before it.
        shares: whether it includes the lines that several hosts share.
        of_macro: whether it is a use of the macro.
        twice: whether its file is included twice.
        wrapped: whether it stands in <IfModule mod_ssl.c>.
        caches: whether it has an SSLStaplingCache, where httpd takes none.
        force_url: its SSLStaplingForceURL, or ``""``.
        indent: of its lines.
        newline: their ends.

    """

    name: str
    certificate: str
    switch: Switch | None = None
    repeats: bool = False
    shares: bool = False
    of_macro: bool = False
    twice: bool = False
    wrapped: bool = False
    caches: bool = False
    force_url: str = ""
    indent: str = "    "
    newline: str = "\n"

    @property
    def can_staple(self) -> bool:
        """Whether its certificate alone lets mod_ssl staple, if the responder answers."""
        return self.certificate not in UNSTAPLEABLE

    @property
    def answered(self) -> bool:
        return self.certificate != DEAD


@dataclass(frozen=True)
class Tree:
    """All of it.

    Attributes:
        layout: where the files are.
        faults: what was drawn, to be told with a failure.
        hosts: three or more.
        unsafe: whether fix is called with --unsafe.
        main: the main server's switch.
        shared: the switch in the lines that several hosts share.
        macro: the switch in the macro.
        caches: arguments of SSLStaplingCache in the main server, as they are written.
        cache_name: how the name of that is written.
        place: where the main server's lines stand: in a file of a package, in one of its
            administrator's, or in the main file.
        errors: whether SSLStaplingReturnResponderErrors and SSLStaplingFakeTryLater are off.
        shmcb: whether mod_socache_shmcb is loaded.
        ssl: whether mod_ssl is.
        session_cache: whether there is an SSLSessionCache.

    """

    layout: Layout
    hosts: tuple[Host, ...]
    faults: tuple[str, ...] = ()
    unsafe: bool = False
    main: Switch | None = None
    shared: Switch | None = None
    macro: Switch | None = None
    caches: tuple[str, ...] = ()
    cache_name: str = "SSLStaplingCache"
    place: str = "own"
    errors: tuple[bool, bool] = (False, False)
    shmcb: bool = True
    ssl: bool = True
    session_cache: bool = True

    def switch_of(self, host: Host) -> Switch | None:
        """The line within the host that decides, its own or one that it has from elsewhere."""
        if host.of_macro and self.macro is not None:
            return self.macro
        if host.switch is not None:
            return host.switch
        return self.shared if host.shares else None

    def is_on(self, host: Host) -> bool:
        """Whether stapling is on for a host before anything is repaired."""
        switch = self.switch_of(host) or self.main
        return switch is not None and switch.on

    def provisions(self, host: Host) -> int:
        """How many lines give a host what its certificate alone lacks; 0 where none can."""
        return int(host.certificate == LATER_URI)

    @property
    def main_states(self) -> tuple[bool, ...]:
        """The possible states of the main server afterwards.

        Nobody's "on" goes while a host needs it, and an administrator's "off" only with --unsafe.
        """
        now = self.main is not None and self.main.on
        may_change = not any(map(self.wished, self.hosts)) if now else self.unsafe
        if self.main is None:
            may_change = True
        return (now, not now) if may_change else (now,)

    def wished(self, host: Host) -> bool:
        """Whether stapling is to be on for a host afterwards."""
        own = self.switch_of(host)
        if own is not None and own.is_fixed:
            return own.on
        if not host.can_staple and not self.provisions(host):
            return False
        if host.certificate == MUST_STAPLE or self.unsafe or self.is_on(host):
            return True
        # What an administrator has switched off stays off.
        return own is None and self.main is None

    def staple(self, host: Host) -> str | None:
        """What a client is to get from a host afterwards."""
        staples = self.wished(host) and host.answered
        return "good" if staples else None
