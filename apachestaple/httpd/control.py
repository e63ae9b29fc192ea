"""The commands that reload, stop and start httpd."""

from __future__ import annotations

from typing import NamedTuple


class Control(NamedTuple):
    """How to control httpd.

    Attributes:
        reload: command that makes httpd read its configuration again.
        stop: command that stops it.
        start: command that starts it.
        restart: command that stops and starts it; ``""`` if there is none. `apachectl restart` and
            `httpd -k restart` do not: the parent process continues to run.

    """

    reload: str
    stop: str
    start: str
    restart: str = ""

    @property
    def stop_and_start(self) -> str:
        """The commands that stop and start httpd."""
        return self.restart or f"{self.stop}, then {self.start}"


_VERBS = ("reload", "stop", "start", "restart")


def systemd(service: str) -> Control:
    """The commands for a service of systemd. Its restart is a stop and a start."""
    return Control(*(f"systemctl {verb} {service}" for verb in _VERBS))


def openrc(service: str) -> Control:
    """The commands for a service of OpenRC. Its restart is a stop and a start."""
    return Control(*(f"rc-service {service} {verb}" for verb in _VERBS))


def apachectl(program: str = "apachectl") -> Control:
    """The commands of httpd's own script."""
    return Control(f"{program} graceful", f"{program} stop", f"{program} start")


APACHECTL = apachectl()
