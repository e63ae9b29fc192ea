"""httpd on a server, and the internet with its responders and proxies."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from apachestaple.rules.rule import CACHE, tls_host

from .certificates import NAMES
from .handshake import handshake
from .network import Namespace, Wire
from .play import Lab
from .processes import Child, wait_until
from .relay import Relay

# One responder with IPv4 and IPv6, one with IPv6 only and another port, and a proxy.
HOSTS = {
    "ocsp.example.com": ("192.0.2.1", "2001:db8::1"),
    "ocsp6.example.com": ("2001:db8::1",),
    "proxy.example.com": ("192.0.2.3",),
}
URLS = {"gate": "http://ocsp.example.com/r", "gate-6": "http://ocsp6.example.com:8080/r"}
# Their addresses and ports, to which firewall rules must allow connections.
PLACES = [("192.0.2.1", 80), ("2001:db8::1", 80), ("2001:db8::1", 8080)]
PROXY = ("192.0.2.3", 3128)
PROXY_URL = f"http://proxy.example.com:{PROXY[1]}"
SERVERS = [(certificate, f"{certificate}.example.com") for certificate in URLS]


class World:
    """The link, with the lab's responder at the other end."""

    def __init__(self, lab: Lab, wire: Wire, folder: Path) -> None:
        self.lab, self.folder = lab, folder
        self.server, self.outside = wire.server, wire.outside

    @staticmethod
    def configuration(*lines: str) -> str:
        """Two hosts whose responders are on the internet."""
        hosts = (tls_host(*lines, certificate=name, name=server) for name, server in SERVERS)
        return CACHE + "".join(hosts)

    def staples(self, configuration: str) -> list[str | None]:
        """What clients of the two hosts get from a new httpd."""
        httpd = self.lab.httpd(configuration, inside=self.server.as_user)
        assert httpd.start(), httpd.log
        try:
            shaken = [handshake(httpd.port, name, inside=self.server.inside) for _, name in SERVERS]
        finally:
            httpd.stop()
        assert all(one.connected for one in shaken), httpd.log
        return [one.staple for one in shaken]

    def apachestaple(self, configuration: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Run ``apachestaple responders`` on the server with a configuration."""
        main = str(self.lab.httpd(configuration).root / "httpd.conf")
        command = [sys.executable, "-m", "apachestaple", "responders", main, *options]
        return subprocess.run(
            [*self.server.inside, *command], capture_output=True, text=True, check=False
        )

    def responders(self, configuration: str, *options: str) -> str:
        """Its output, if it succeeds."""
        done = self.apachestaple(configuration, *options)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    @contextmanager
    def tinyproxy(self, namespace: Namespace, text: str) -> Iterator[Path]:
        """A running tinyproxy, and its log."""
        log = self.folder / f"tinyproxy-{namespace.pid}.log"
        configuration = self.folder / f"tinyproxy-{namespace.pid}.conf"
        # Without its package's service, it has no user of its own, and needs none.
        text = re.sub(r"^(User|Group) .*\n", "", text, flags=re.MULTILINE)
        configuration.write_text(f"{text}\nLogLevel Connect\n")
        (port,) = re.findall(r"^Port (\d+)$", text, re.MULTILINE)
        address = re.findall(r"^Listen (\S+)$", text, re.MULTILINE)[0]
        command = [*namespace.inside, "tinyproxy", "-d", "-c", str(configuration)]
        child = Child(command, output=log)
        try:
            assert wait_until(lambda: namespace.reaches(address, int(port)), 5), log.read_text()
            yield log
        finally:
            child.stop(grace=0.3)


@pytest.fixture(scope="session")
def behind(lab: Lab) -> Lab:
    """The lab, with certificates of responders on the internet."""
    for name, url in URLS.items():
        lab.authority.issue(name, names=NAMES, ocsp=[url])
    return lab


@pytest.fixture
def world(behind: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A new world without firewall."""
    folder = tmp_path_factory.mktemp("world")
    (port,) = re.findall(r":(\d+)$", behind.responder.url)
    with ExitStack() as ending:
        wire = ending.enter_context(Wire(folder / "wire", HOSTS))
        for address, outside_port in PLACES:
            relay = Relay(wire.outside.listen(address, outside_port), int(port))
            relay.start()
            ending.callback(relay.stop)
        yield World(behind, wire, folder)
