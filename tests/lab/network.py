"""Network namespaces: a server, the internet, and a link between them.

Root creates network namespaces directly. Other users create a user namespace first, in which they
are root. If a machine allows neither, the test fails with the message of the system.
"""

import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from .ending import Ending
from .processes import Child, wait_until

# Addresses for documentation (RFC 5737, RFC 3849), which no network uses.
SERVER = ("192.0.2.254", "2001:db8::fe")
# There is no name server; names are resolved by the hosts file.
NAME_SERVER = "192.0.2.2"
OUTSIDE = ("192.0.2.1", NAME_SERVER, "192.0.2.3", "2001:db8::1")

# The folders of iptables, nft and ip, which may not be in PATH.
ENVIRONMENT = {**os.environ, "PATH": f"{os.environ.get('PATH', '/usr/bin:/bin')}:/usr/sbin:/sbin"}

_LISTEN = """
import socket, sys
descriptor, host, port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ":" in host else socket.AF_INET
listener = socket.create_server((host, port), family=family)
socket.send_fds(socket.socket(fileno=descriptor), [b"."], [listener.fileno()])
"""
_CONNECT = """
import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=2)
"""


class Namespace:
    """A network namespace with its own names, kept alive by a sleeping process.

    ``inside`` is the start of a command that runs in it as root. ``as_user`` is the same for
    commands that must not run as root: they run as the user of the tests.
    """

    def __init__(
        self, folder: Path, hosts: Mapping[str, Sequence[str]], *, beside: Self | None
    ) -> None:
        folder.mkdir(mode=0o755)
        file = folder / "hosts"
        lines = [f"{address} {name}" for name, of in hosts.items() for address in of]
        file.write_text("\n".join(["127.0.0.1 localhost", *lines, ""]))
        names = folder / "resolv.conf"
        names.write_text(f"nameserver {NAME_SERVER}\n")
        ready = folder / "ready"
        script = " && ".join(
            [
                *(f"mount --bind {shlex.quote(str(own))} /etc/{own.name}" for own in (file, names)),
                "ip link set lo up",
                f"touch {shlex.quote(str(ready))}",
                "exec sleep infinity",
            ]
        )
        self._is_root = os.geteuid() == 0
        make = ["unshare", "--net", "--mount"]
        if not self._is_root:
            # Both ends of a link must be in the same user namespace.
            make = [*beside.entering("--user"), *make] if beside else [*make, "--map-root-user"]
        log = folder / "log"
        self._child = child = Child(
            [*make, "sh", "-c", script], output=log, environment=ENVIRONMENT
        )
        wait_until(lambda: ready.exists() or not child.running, 10)
        if not ready.exists():
            self.stop()
            raise RuntimeError(f"no network namespace can be made here: {log.read_text()}")

    def entering(self, *namespaces: str) -> list[str]:
        """The start of a command that runs in some of its namespaces."""
        return ["nsenter", f"--target={self.pid}", *namespaces, "--preserve-credentials"]

    @property
    def pid(self) -> int:
        """The process that keeps it alive."""
        return self._child.pid

    @property
    def inside(self) -> list[str]:
        user = [] if self._is_root else ["--user"]
        return self.entering(*user, "--net", "--mount")

    @property
    def as_user(self) -> list[str]:
        mapped = f"--map-user={os.geteuid()}"
        return self.inside if self._is_root else [*self.inside, "unshare", "--user", mapped]

    def run(self, *command: str, text: str = "") -> str:
        """The output of a command that runs in it; raises RuntimeError if it fails."""
        done = subprocess.run(
            [*self.inside, *command],
            input=text,
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{shlex.join(command)}: {done.stderr}{done.stdout}")
        return done.stdout

    def reaches(self, host: str, port: int) -> bool:
        """Whether a connection from the namespace to an address is accepted."""
        command = [*self.inside, sys.executable, "-c", _CONNECT, host, str(port)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def listen(self, host: str, port: int) -> socket.socket:
        """A socket of this process that listens in the namespace."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            command = [sys.executable, "-c", _LISTEN, str(theirs.fileno()), host, str(port)]
            subprocess.run([*self.inside, *command], pass_fds=[theirs.fileno()], check=True)
            _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
        return socket.socket(fileno=descriptors[0])

    def stop(self) -> None:
        """End the process; programs that still run in the namespace keep it alive."""
        self._child.stop(grace=0.5)


class Wire(Ending):
    """A server and the internet with a link between them; both have the same hosts file."""

    def __init__(self, folder: Path, hosts: Mapping[str, Sequence[str]]) -> None:
        folder.mkdir(mode=0o755)
        self._ending = ExitStack()
        try:
            self.server = Namespace(folder / "server", hosts, beside=None)
            self._ending.callback(self.server.stop)
            self.outside = Namespace(folder / "outside", hosts, beside=self.server)
            self._ending.callback(self.outside.stop)
            peer = ["peer", "name", "wire", "netns", str(self.outside.pid)]
            self.server.run("ip", "link", "add", "wire", "type", "veth", *peer)
            for namespace, addresses in ((self.server, SERVER), (self.outside, OUTSIDE)):
                for address in addresses:
                    # Without nodad, an address cannot be used for two seconds.
                    network, more = ("64", ["nodad"]) if ":" in address else ("24", [])
                    words = [f"{address}/{network}", "dev", "wire", *more]
                    namespace.run("ip", "address", "add", *words)
                namespace.run("ip", "link", "set", "wire", "up")
        except BaseException:
            self._ending.close()
            raise

    def close(self) -> None:
        """Close both namespaces."""
        self._ending.close()
