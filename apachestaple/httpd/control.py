"""The commands that reload, stop and start httpd."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Control:
    """How an administrator controls httpd.

    Attributes:
        reload: has the running httpd read its configuration again.
        stop: ends it.
        start: starts it.
        restart: stops it and starts it again; ``""`` where no single command does. `apachectl
            restart` and `httpd -k restart` do not: the parent process lives on.

    """

    reload: str
    stop: str
    start: str
    restart: str = ""

    @property
    def stop_and_start(self) -> str:
        """What stops httpd and starts it again."""
        return self.restart or f"{self.stop}, then {self.start}"


_VERBS = ("reload", "stop", "start", "restart")


def systemd(service: str) -> Control:
    """The commands of a service of systemd, whose restart is a stop and a start."""
    return Control(*(f"systemctl {verb} {service}" for verb in _VERBS))


def openrc(service: str) -> Control:
    """The commands of a service of OpenRC, whose restart is a stop and a start."""
    return Control(*(f"rc-service {service} {verb}" for verb in _VERBS))


def apachectl(program: str = "apachectl") -> Control:
    """The commands of httpd's own script."""
    return Control(f"{program} graceful", f"{program} stop", f"{program} start")


APACHECTL = apachectl()
