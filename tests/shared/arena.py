"""Where drawn configurations are played: an authority, its wallet, responders and ports."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.drawn.arena import memory
from tests.lab.ca import Authority
from tests.lab.ending import Ending
from tests.lab.ports import ReservedPort
from tests.lab.responder import DeadPort, Responder, responder_url
from tests.lab.server import Httpd
from tests.lab.strange import StrangeResponder
from tests.shared.draw import Ground
from tests.shared.wallet import fill
from tests.shared.written import MAIN_FILE, files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shared.site import Site
    from tests.shared.wallet import Leaf

_TLS_PORTS = 3


class Arena(Ending):
    """Ready to write and start configurations, until the ``with`` block ends."""

    def __init__(self) -> None:
        # Not pytest's tmp_path: httpd's children run as another user.
        self.folder = Path(tempfile.mkdtemp(prefix="apachestaple-shared-", dir=memory()))
        self.folder.chmod(0o755)
        self._ending = ExitStack()
        self._ending.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self._roots = 0
        try:
            self._begin()
        except BaseException:
            self._ending.close()
            raise

    def _begin(self) -> None:
        responder_port = ReservedPort()
        self._authority = Authority(
            self.folder / "certs", responder_url(responder_port), state=self.folder / "authority"
        )
        self._issued = fill(self._authority)
        responder = self._ending.enter_context(Responder(self._authority, responder_port))
        dead = self._ending.enter_context(DeadPort())
        strange = self._ending.enter_context(StrangeResponder(self._authority))
        self._ports = [self._ending.enter_context(ReservedPort()) for _ in range(_TLS_PORTS + 2)]
        *tls, plain, main = [port.number for port in self._ports]
        self.ground = Ground(
            tls_ports=tls,
            plain_port=plain,
            main_port=main,
            responder=responder.url,
            failing=(dead.url, strange.url("try-later")),
        )

    def serial(self, leaf: Leaf) -> int:
        """The serial number of a certificate of the wallet."""
        return self._issued[leaf.name].serial

    @contextmanager
    def httpd(self, site: Site) -> Iterator[Httpd]:
        """An httpd with this configuration, not yet started; its root goes away with the block."""
        self._roots += 1
        texts = files(site)
        root = self.folder / f"root-{self._roots}"
        certificates = self.folder / "certs"
        main = texts.pop(MAIN_FILE)
        with Httpd(root, main, files=texts, certificates=certificates, ports=self._ports) as httpd:
            yield httpd
        shutil.rmtree(root)

    def close(self) -> None:
        """Stop everything."""
        self._ending.close()
