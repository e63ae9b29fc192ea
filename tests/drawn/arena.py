"""Where drawn configurations are played: a lab with the wallet, and servers for every cache."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack

from tests.drawn.wallet import Ground, fill
from tests.lab.caches import CacheServer
from tests.lab.ending import Ending
from tests.lab.play import Lab
from tests.lab.ports import ReservedPort

# The lab's responder answers with about 660 bytes; a signature of ECDSA varies by a few. Bytes.
LONGEST_RESPONSE = 700
_MEMORY = "/dev/shm"


class Arena(Ending):
    """A lab and what configurations are to name of it, until the ``with`` block ends."""

    def __init__(self) -> None:
        self._ending = ExitStack()
        try:
            self.lab = self._ending.enter_context(Lab(memory()))
            fill(self.lab)
            self._caches = redis, memcache = [
                self._ending.enter_context(CacheServer(name, self.lab.folder))
                for name in ("redis", "memcache")
            ]
            self.ports = [self._ending.enter_context(ReservedPort()) for _ in range(3)]
            self.ground = Ground(
                ports=[port.number for port in self.ports],
                responder=self.lab.responder.url,
                certificates=str(self.lab.certificates_folder),
                ipv6=_has_ipv6(),
                redis=redis.address,
                memcache=memcache.address,
                longest_response=LONGEST_RESPONSE,
            )
        except BaseException:
            self._ending.close()
            raise

    def forget(self) -> None:
        """Let no response of an earlier case be left in a cache."""
        for server in self._caches:
            server.forget()

    def close(self) -> None:
        """Stop everything."""
        self._ending.close()


def memory() -> str | None:
    """A folder of a memory file system, which spares the disk; ``None`` where there is none."""
    return _MEMORY if os.access(_MEMORY, os.W_OK) else None


def _has_ipv6() -> bool:
    """Whether ::1 is there to be listened on."""
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as listener:
        try:
            listener.bind(("::1", 0))
        except OSError:
            return False
    return True
