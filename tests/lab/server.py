"""Debian's httpd with a given configuration."""

import os
import re
import signal
import subprocess
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from pwd import getpwall

from .ending import Ending
from .ports import ReservedPort
from .processes import Child, wait_until

BINARY = "/usr/sbin/apache2"
MODULES = Path("/usr/lib/apache2/modules")
HTTPS = 443

# Logged by mpm_event when a start or a reload is complete (event_run).
_RESUMED = "AH00489"

_LOADED = ("mpm_event", "authz_core", "ssl", "socache_shmcb", "socache_dbm")
_LOGGED = ("ssl", "socache_shmcb")
_SERVERS = ("www-data", "apache", "nobody")

# Lines with ports, and the ports in them (not the groups of an IPv6 address).
_PORT_LINE = re.compile(
    r"^[ \t]*(?:<VirtualHost\b[^>\n]*>|Listen[ \t]+[^\n]*)", re.IGNORECASE | re.MULTILINE
)
_PORT = re.compile(r'(?<=:)\d+(?=[\s">]|$)')
_LISTEN = re.compile(
    r'(?P<before>\s*Listen\s+"?(?:\S+:)?)(?P<port>\d+)(?P<after>"?)(?P<protocol>(?:\s+\w+)?)\s*',
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ConfigTest:
    """The result of ``httpd -t``."""

    accepted: bool
    output: str


class Httpd(Ending):
    """An httpd whose ServerRoot is ``root``; it is stopped when the ``with`` block ends.

    ``configuration`` becomes ``root/site.conf``. A small ``root/httpd.conf`` includes it, so that
    its lines keep their numbers. Ports in its ``<VirtualHost>`` and ``Listen`` lines are replaced
    by ports of the lab: ``ports`` maps each written port to the real one, and httpd listens on 443
    even without Listen. ``without`` names modules that are not loaded, ``files`` are additional
    files below ``root`` (ports are replaced as well), and ``certificates`` is the folder ``certs``.
    ``environment`` adds to the variables of Debian's envvars. ``ports`` are free ports that the
    configuration already names; they are not replaced, and stay reserved. ``inside`` is the start
    of its command in another network namespace.
    """

    def __init__(
        self,
        root: Path,
        configuration: str,
        *,
        without: Collection[str] = (),
        files: Mapping[str, str] | None = None,
        certificates: Path | None = None,
        environment: Mapping[str, str] | None = None,
        ports: Sequence[ReservedPort] = (),
        inside: Sequence[str] = (),
    ) -> None:
        self.root = root
        self._inside_of = inside
        self._child: Child | None = None
        self._reserved: dict[int, ReservedPort] = {}
        self._given = {port.number: port for port in ports}
        self._logs = root / "logs"
        self._pid_file = root / "httpd.pid"
        self._main_file = root / "httpd.conf"
        self.environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C",
            "APACHE_LOG_DIR": str(self._logs),
            "APACHE_RUN_DIR": str(root),
            "APACHE_LOCK_DIR": str(root),
            "APACHE_PID_FILE": str(self._pid_file),
            **(environment or {}),
        }
        for folder in (root, self._logs, root / "htdocs"):
            folder.mkdir(parents=True, exist_ok=True)
        (root / "modules").symlink_to(MODULES)
        texts = {"site.conf": configuration, **(files or {})}
        if certificates is not None:
            _show_certificates(root / "certs", certificates, texts)
        written = {name: self.with_lab_ports(text) for name, text in texts.items()}
        for name, text in written.items():
            _write(self._inside(name), text)
        _write(self._main_file, self._preamble(without, written))

    @property
    def port(self) -> int:
        """The real port for 443."""
        return self._port(HTTPS)

    @property
    def ports(self) -> dict[int, int]:
        """The real ports, by the ports as written in the configuration."""
        return {written: reserved.number for written, reserved in self._reserved.items()}

    @property
    def log(self) -> str:
        """The standard error of httpd, and the files in ``logs``."""
        texts = []
        for path in sorted(self._logs.iterdir()):
            # A cache there may vanish at any time.
            with suppress(FileNotFoundError, IsADirectoryError):
                texts.append(path.read_text(errors="surrogateescape"))
        return "".join(texts)

    def log_ids(self) -> set[str]:
        """The message numbers in the log, such as ``AH01958``."""
        return set(re.findall(r"\bAH\d{5}\b", self.log))

    def configtest(self) -> ConfigTest:
        """Run ``httpd -t``."""
        done = self._run("-t")
        return ConfigTest(done.returncode == 0, (done.stderr + done.stdout))

    def dump(self) -> str:
        """The directives in effect, with those of the small main file (``-t -D DUMP_CONFIG``)."""
        return self._run("-t", "-D", "DUMP_CONFIG").stdout

    def start(self, *, timeout: float = 10) -> bool:
        """Start httpd; whether it serves (False: it has exited, and ``log`` has the reason).

        Raises TimeoutError if it does neither within ``timeout`` seconds.
        """
        self._pid_file.unlink(missing_ok=True)
        self._child = child = Child(
            [*self._inside_of, BINARY, "-f", str(self._main_file), "-DFOREGROUND"],
            output=self._logs / "stderr",
            environment=self.environment,
        )
        # An open port is no proof, because httpd listens before mod_ssl checks its certificates.
        # The PID file is written after all modules are initialised (event_run).
        if not wait_until(lambda: not child.running or self._pid_file.exists(), timeout):
            self.stop()
            raise TimeoutError(f"httpd neither serves nor exits: {self.log}")
        return child.running

    def configure(self, configuration: str) -> None:
        """Write another ``root/site.conf``; a running httpd reads it when it reloads."""
        _write(self.root / "site.conf", self.with_lab_ports(configuration))

    def reload(self, how: signal.Signals, *, timeout: float = 10) -> bool:
        """Reload as ``apachectl graceful`` (SIGUSR1) or ``apachectl restart`` (SIGHUP) does.

        Returns whether httpd still runs then. Raises TimeoutError if it does not get so far.
        """
        child = self._child
        assert child is not None
        if not wait_until(lambda: _RESUMED in self.log, timeout):
            raise TimeoutError(f"httpd has not started: {self.log}")
        before = self.log.count(_RESUMED)
        os.kill(child.pid, how)
        if not wait_until(lambda: not child.running or self.log.count(_RESUMED) > before, timeout):
            raise TimeoutError(f"httpd neither reloads nor exits: {self.log}")
        return child.running

    def stop(self, *, grace: float = 0.3) -> None:
        """Stop httpd and all of its children, after ``grace`` seconds by SIGKILL."""
        if self._child is not None:
            self._child.stop(grace)
            self._child = None

    def close(self) -> None:
        """Stop, and release the ports."""
        self.stop()
        for reserved in self._reserved.values():
            reserved.close()

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BINARY, "-f", str(self._main_file), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=self.environment,
            errors="surrogateescape",
            timeout=30,
            check=False,
        )

    def _port(self, written: int) -> int:
        if written in self._given:
            return written
        if written not in self._reserved:
            self._reserved[written] = ReservedPort()
        return self._reserved[written].number

    def with_lab_ports(self, text: str) -> str:
        """The text as it is written to a file, with the ports of the lab."""
        return _PORT_LINE.sub(lambda line: self._line_with_lab_ports(line[0]), text)

    def _line_with_lab_ports(self, line: str) -> str:
        listen = _LISTEN.fullmatch(line)
        if listen is None:
            return _PORT.sub(lambda port: str(self._port(int(port[0]))), line)
        written = int(listen["port"])
        # The address is kept, because a virtual host only takes the protocol of a Listen with its
        # own address (ap_setup_listeners). The port of the lab does not imply https, as 443 does.
        protocol = listen["protocol"] or (" https" if written == HTTPS else "")
        return f"{listen['before']}{self._port(written)}{listen['after']}{protocol}"

    def _preamble(self, without: Collection[str], written: Mapping[str, str]) -> str:
        left_out = {name.removesuffix("_module") for name in without}
        loaded = [name for name in _LOADED if name not in left_out]
        levels = " ".join(f"{name}:debug" for name in _LOGGED if name in loaded)
        listen = re.compile(
            rf"^[ \t]*Listen[ \t][^\n]*\b{self.port}\b", re.IGNORECASE | re.MULTILINE
        )
        listened = any(listen.search(text) for text in written.values())
        lines = [
            f'ServerRoot "{self.root}"',
            f'DefaultRuntimeDir "{self.root}"',
            f'PidFile "{self._pid_file}"',
            f'Mutex "file:{self.root}" default',
            *(f"LoadModule {name}_module modules/mod_{name}.so" for name in loaded),
            "<IfDefine DUMP_CONFIG>",
            "LoadModule info_module modules/mod_info.so",
            "</IfDefine>",
            "ServerName lab.example",
            "DocumentRoot htdocs",
            "ErrorLog logs/error_log",
            f"LogLevel warn {levels}",
            *server_user(),
            *_few_processes(loaded),
            *([] if listened else [f"Listen 127.0.0.1:{self.port}"]),
            "Include site.conf",
        ]
        return "\n".join(lines) + "\n"

    def _inside(self, name: str) -> Path:
        relative = PurePosixPath(name)
        if relative.is_absolute() or ".." in relative.parts:
            raise ValueError(f"a file outside of the server root: {name}")
        return self.root / relative


def _show_certificates(place: Path, certificates: Path, texts: Mapping[str, str]) -> None:
    if not any(name.startswith("certs/") for name in texts):
        place.symlink_to(certificates)
        return
    # Files of one configuration must not be written to the shared folder.
    place.mkdir()
    for path in certificates.iterdir():
        if f"certs/{path.name}" not in texts:
            (place / path.name).symlink_to(path)


@cache
def _server_name() -> str:
    known = {entry.pw_name for entry in getpwall()}
    return next(name for name in _SERVERS if name in known)


def server_user() -> list[str]:
    """The lines with the user of httpd's children, if the tests run as root."""
    if os.geteuid() != 0:
        return []
    name = _server_name()
    return [f"User {name}", f"Group {'nogroup' if name == 'nobody' else name}"]


def _few_processes(loaded: Collection[str]) -> list[str]:
    if "mpm_event" not in loaded:
        return []
    return [
        "StartServers 1",
        # The second one is for a reload: its child starts while that of before ends.
        "ServerLimit 2",
        "ThreadsPerChild 8",
        "ThreadLimit 8",
        "MaxRequestWorkers 8",
        "MinSpareThreads 1",
        "MaxSpareThreads 8",
        "GracefulShutdownTimeout 1",
    ]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(errors="surrogateescape"))
