"""Cache servers in memory: redis and memcached."""

import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from .ports import ReservedPort
from .processes import Child, wait_until


class CacheServer:
    """A server on a port of 127.0.0.1 until the ``with`` block ends."""

    def __init__(self, name: str, folder: Path) -> None:
        """``name`` is the name of httpd's provider: ``redis`` or ``memcache``."""
        self._port = ReservedPort()
        port = str(self._port.number)
        self._output = folder / f"{name}.log"
        self._command = {
            "redis": ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", ""],
            "memcache": ["memcached", "-p", port, "-l", "127.0.0.1", "-u", "nobody"],
        }[name]
        self._child: Child | None = None

    @property
    def address(self) -> str:
        """The server in the syntax of SSLStaplingCache."""
        return f"127.0.0.1:{self._port.number}"

    def forget(self) -> None:
        """Remove all entries."""
        command = b"FLUSHALL\r\n" if self._command[0] == "redis-server" else b"flush_all\r\n"
        with socket.create_connection(("127.0.0.1", self._port.number), timeout=5) as connection:
            connection.sendall(command)
            if b"OK" not in connection.recv(64):
                raise RuntimeError(f"{self._command[0]} does not forget")

    def overwrite(self, value: bytes) -> None:
        """Put ``value`` in the place of all that a redis holds."""
        script = (
            "for _, key in ipairs(redis.call('KEYS', '*')) do redis.call('SET', key, ARGV[1]) end"
        )
        words = (b"EVAL", script.encode(), b"0", value)
        command = b"*%d\r\n" % len(words)
        command += b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
        with socket.create_connection(("127.0.0.1", self._port.number), timeout=5) as connection:
            connection.sendall(command)
            if connection.recv(64) != b"$-1\r\n":
                raise RuntimeError("redis does not take the value")

    def __enter__(self) -> Self:
        self._child = child = Child(self._command, output=self._output)
        if not wait_until(lambda: not child.running or self._port.is_listened_on(), 10.0):
            raise TimeoutError(f"no answer from {self._command[0]}")
        if not child.running:
            raise RuntimeError(f"{self._command[0]} has gone: {self._output.read_text()}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._child is not None:
            self._child.stop(grace=0.5)
        self._port.close()
