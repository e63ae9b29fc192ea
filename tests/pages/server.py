"""The server of the pages: httpd with three hosts and an OCSP responder, at the ports of the pages.

They run in a network namespace, in which the names of the pages resolve.
"""

from contextlib import ExitStack
from pathlib import Path

from tests.lab.ca import Authority
from tests.lab.ending import Ending
from tests.lab.network import ENVIRONMENT, Namespace
from tests.lab.processes import Child, wait_until
from tests.lab.relay import Relay
from tests.lab.responder import Responder
from tests.lab.server import BINARY, MODULES, server_user

# Addresses that `responders --check` queries, because they are public; they are only in the
# namespace. No name server knows old.example.com's responder, ocsp.example.net.
ADDRESS = "198.51.101.1"
HOSTS = ("www.example.com", "shop.example.com", "old.example.com", "ocsp.example.com")
URL, UNKNOWN_URL = "http://ocsp.example.com", "http://ocsp.example.net"
_SITE = """\
<VirtualHost *:443>
    ServerName {name}
    SSLEngine on
    SSLCertificateFile certs/{name}.pem
    SSLCertificateKeyFile certs/{name}.key
</VirtualHost>
"""


class PageServer(Ending):
    """``httpd.conf``, ``sites.conf``, ``certs`` and ``root.pem`` in a folder, and the server."""

    def __init__(self, folder: Path, state: Path) -> None:
        self._ending = ExitStack()
        self.folder = folder
        names = dict.fromkeys(HOSTS, (ADDRESS,))
        self._namespace = Namespace(state / "namespace", names, beside=None)
        self._ending.callback(self._namespace.stop)
        self._namespace.run("ip", "address", "add", f"{ADDRESS}/32", "dev", "lo")
        try:
            self._begin(state)
        except BaseException:
            self._ending.close()
            raise

    def _begin(self, state: Path) -> None:
        self._authority = Authority(self.folder / "certs", URL, state=state / "authority")
        for name in HOSTS[:3]:
            url = UNKNOWN_URL if name.startswith("old") else URL
            self._authority.issue(name, names=[name], ocsp=[url])
        (self.folder / "root.pem").write_bytes(self._authority.root_file.read_bytes())
        responder = self._ending.enter_context(Responder(self._authority))
        relay = Relay(self._namespace.listen(ADDRESS, 80), int(responder.url.rpartition(":")[2]))
        relay.start()
        self._ending.callback(relay.stop)
        self._start_httpd(state)

    def _start_httpd(self, state: Path) -> None:
        modules = ("mpm_event", "authz_core", "ssl", "socache_shmcb")
        loaded = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in modules]
        lines = [
            f'ServerRoot "{self.folder}"',
            f'PidFile "{state}/httpd.pid"',
            f'Mutex "file:{state}" default',
            *loaded,
            *server_user(),
            f'ErrorLog "{state}/error.log"',
            "ServerName www.example.com",
            "Listen 443",
            f"SSLStaplingCache shmcb:{state}/stapling(131072)",
            "SSLUseStapling on",
            "SSLStaplingReturnResponderErrors off",
            "SSLStaplingFakeTryLater off",
            "Include sites.conf",
        ]
        (self.folder / "httpd.conf").write_text("\n".join([*lines, ""]))
        sites = "".join(_SITE.format(name=name) for name in HOSTS[:3])
        (self.folder / "sites.conf").write_text(sites)
        command = [BINARY, "-f", str(self.folder / "httpd.conf"), "-DFOREGROUND"]
        log = state / "stderr"
        child = Child([*self._namespace.as_user, *command], output=log, environment={**ENVIRONMENT})
        self._ending.callback(child.stop, 0.3)
        started = state / "httpd.pid"
        if not wait_until(lambda: started.exists() or not child.running, 10) or not child.running:
            raise RuntimeError(f"httpd does not start: {log.read_text()}")

    @property
    def inside(self) -> list[str]:
        """The start of a command that runs beside the server."""
        return self._namespace.inside

    def renew(self, name: str) -> None:
        """Replace the certificate of a host; httpd still has the old one."""
        self._authority.issue(name, names=[name])

    def close(self) -> None:
        """Stop everything."""
        self._ending.close()
