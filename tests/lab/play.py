"""Runs a configuration on a real httpd and records what clients get."""

import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from .ca import Authority, Issued
from .certificates import NAMES, standard_certificates
from .ending import Ending
from .handshake import Handshake, handshake
from .ports import ReservedPort
from .raw import SilentResponder
from .responder import DeadPort, Responder, responder_url
from .server import Httpd
from .strange import WAYS, StrangeResponder

NO_SERVERNAME = ""


class Lab(Ending):
    """An authority, its responders and certificates, and servers that use them.

    ``certificates`` are the issued certificates by name (see ``standard_certificates``). Their
    files are in ``certificates_folder``, which is ``certs`` for every httpd of the lab. At the end
    of the ``with`` block, everything ends and the lab's folder is removed. The folder is created in
    ``parent``, by default the system's temporary folder.
    """

    certificates: Mapping[str, Issued]

    def __init__(self, parent: str | None = None) -> None:
        # Not pytest's tmp_path, because a parent folder with mode 0700 would keep httpd's children,
        # which run as another user, from opening dbm caches.
        self.folder = Path(tempfile.mkdtemp(prefix="apachestaple-lab-", dir=parent))
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
        self.certificates_folder = self.folder / "certs"
        port = ReservedPort()
        self.authority = Authority(
            self.certificates_folder, responder_url(port), state=self.folder / "authority"
        )
        self.dead = self._ending.enter_context(DeadPort())
        self.silent = self._ending.enter_context(SilentResponder())
        self.strange = self._ending.enter_context(StrangeResponder(self.authority))
        self.certificates = standard_certificates(
            self.authority, responder_url(port), self.dead.url, self.silent.url
        )
        for way in WAYS:
            self.authority.issue(f"answer-{way}", names=NAMES, ocsp=[self.strange.url(way)])
        self.responder = self._ending.enter_context(Responder(self.authority, port))

    def httpd(
        self,
        configuration: str,
        *,
        without: Collection[str] = (),
        files: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        ports: Sequence[ReservedPort] = (),
        inside: Sequence[str] = (),
    ) -> Httpd:
        """An httpd with its own root, not started yet; the lab stops it at the end."""
        self._roots += 1
        return self._ending.enter_context(
            Httpd(
                self.folder / f"root-{self._roots}",
                configuration,
                without=without,
                files=files,
                certificates=self.certificates_folder,
                environment=environment,
                ports=ports,
                inside=inside,
            )
        )

    def close(self) -> None:
        """Stop everything."""
        self._ending.close()


@dataclass(frozen=True)
class Played:
    """The result of a configuration.

    ``message`` is the output of ``httpd -t``. ``handshakes`` has the last handshake with a status
    request, ``all_handshakes`` each of them in order, ``without_status`` one without request if the
    first one failed; all by server name, ``""`` for a client without.
    """

    accepted: bool
    message: str
    started: bool
    log: str
    log_ids: frozenset[str]
    handshakes: Mapping[str, Handshake] = field(default_factory=dict)
    all_handshakes: Mapping[str, Sequence[Handshake]] = field(default_factory=dict)
    without_status: Mapping[str, Handshake] = field(default_factory=dict)

    @property
    def aborts_handshakes(self) -> bool:
        """Whether there is a name for which only clients without status request are connected."""
        return any(
            plain.connected and not self.all_handshakes[name][0].connected
            for name, plain in self.without_status.items()
        )


def play(
    lab: Lab,
    configuration: str,
    *,
    files: Mapping[str, str] | None = None,
    without: Collection[str] = (),
    servernames: Sequence[str] = (NO_SERVERNAME,),
    repeat: int = 1,
    port: int = 443,
    timeout: float = 5,
) -> Played:
    """Test, start, and make ``repeat`` handshakes for each server name; then stop.

    ``port`` is a port as written in the configuration, ``timeout`` the limit of a handshake in
    seconds.
    """
    with lab.httpd(configuration, without=without, files=files) as httpd:
        test = httpd.configtest()
        started = test.accepted and httpd.start()
        tries: dict[str, list[Handshake]] = {}
        without_status: dict[str, Handshake] = {}
        for name in servernames if started else ():
            real, asked = httpd.ports[port], name or None
            tries[name] = [handshake(real, asked, timeout=timeout) for _ in range(repeat)]
            if not tries[name][0].connected:
                without_status[name] = handshake(real, asked, status=False, timeout=timeout)
        httpd.stop()
        return Played(
            accepted=test.accepted,
            message=test.output,
            started=started,
            log=httpd.log,
            log_ids=frozenset(httpd.log_ids()),
            handshakes={name: made[-1] for name, made in tries.items()},
            all_handshakes=tries,
            without_status=without_status,
        )
