"""A copy of a fresh server, in namespaces of its own.

The copy is an overlay, so the root folder below it is not changed. Its processes end with it. It
has a loopback interface of its own and no other; only commands that install packages use this
machine's network. systemd does not run there: ``systemctl`` is replaced by a script for the
commands of the pages.
"""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.project import copy_project

_HERE = Path(__file__).parent
_USER = "admin"
_HOME = f"/home/{_USER}"
_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
_INSTALLING = ("apt-get ", "pipx ", "uv ", "pip ")
# The certificates of this machine, for a package index behind a proxy.
_CERTIFICATES = Path("/usr/local/share/ca-certificates")
_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
_TRUST = {"PIP_CERT": _BUNDLE, "SSL_CERT_FILE": _BUNDLE, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
_END = "end of the command:"

_INIT = """
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2,workdir=$3" "$4"
mount -t proc proc "$4/proc"
mount --rbind /dev "$4/dev"
mount -t tmpfs tmpfs "$4/run"
mkdir -p "$4/run/lock"
hostname server
ip link set lo up
exec chroot "$4" bash -c 'echo ready; while :; do sleep 1; done'
"""
_PREPARE = f"""
useradd --create-home --shell /bin/bash {_USER}
echo '{_USER} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/walkthrough
echo 'Defaults env_keep += "{" ".join(_TRUST)}"' >>/etc/sudoers.d/walkthrough
echo 'APT::Get::Assume-Yes "true";' >/etc/apt/apt.conf.d/90walkthrough
printf '127.0.0.1 localhost server\\n' >/etc/hosts
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d /usr/local/bin/systemctl
chown -R {_USER}: {_HOME}
update-ca-certificates >/dev/null 2>&1
"""


class Server:
    """A running copy.

    ``layers`` are root folders, the uppermost first. If there is one, it is a fresh root, and the
    copy gets a user and this project. ``folder`` is for the files of the copy.
    """

    def __init__(self, layers: Sequence[Path], folder: Path) -> None:
        self.upper = folder / "upper"
        self.root = folder / "root"
        work = folder / "work"
        for made in (self.upper, self.root, work):
            made.mkdir(parents=True)
        lower = ":".join(str(layer) for layer in layers)
        namespaces = ["--mount", "--uts", "--pid", "--net", "--fork", "--kill-child"]
        places = [lower, str(self.upper), str(work), str(self.root)]
        self._holder = subprocess.Popen(
            ["unshare", *namespaces, "--propagation=private", "sh", "-ec", _INIT, "sh", *places],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            self._shell = self._started(is_fresh=len(layers) == 1)
            self.run(f"cd {_HOME}")
        except BaseException:
            self._holder.kill()
            raise

    def _started(self, *, is_fresh: bool) -> subprocess.Popen[str]:
        """Prepare the copy, and start a shell of the user."""
        # It is printed after the chroot. Before it, the files below would be those of this machine.
        assert self._holder.stdout
        assert self._holder.stdout.readline() == "ready\n"
        children = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children")
        self._init = children.read_text().strip()
        # Files inside of the copy, as this machine sees them.
        self.files = Path(f"/proc/{self._init}/root")
        assert not self.files.samefile("/")
        if is_fresh:
            self._prepare()
        self._start_httpd()
        return subprocess.Popen(
            self._inside(["bash", "--noprofile", "--norc"], user=_USER),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shell.kill()
        self._holder.kill()
        self._shell.wait()
        self._holder.wait()

    def run(self, command: str) -> tuple[str, int]:
        """Run a command in the user's shell, and return what it prints and its exit code."""
        if _installs(command):
            return self._with_network(command)
        assert self._shell.stdin
        assert self._shell.stdout
        self._shell.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '\\n{_END}%s\\n' $?\n")
        self._shell.stdin.flush()
        lines: list[str] = []
        for line in self._shell.stdout:
            if line.startswith(_END):
                # The line end in front of the mark is not the command's.
                return "".join(lines)[:-1], int(line.removeprefix(_END))
            lines.append(line)
        raise EOFError(command)

    def write(self, path: str, text: str) -> None:
        """Create a file as root; a relative path is one of the user's current folder."""
        if not path.startswith("/"):
            path = f"{self.run('pwd')[0].strip()}/{path}"
        file = self.files / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def as_root(self, script: str) -> str:
        """Run a script as root, which must succeed."""
        done = subprocess.run(
            self._inside(["sh", "-ec", script], user="root"),
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, f"{script}: {done.stdout}"
        return done.stdout

    def _with_network(self, command: str) -> tuple[str, int]:
        folder, _ = self.run("pwd")
        done = subprocess.run(
            self._inside(
                ["bash", "-c", f"cd {folder.strip()} && {command}"], user=_USER, network=True
            ),
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._start_httpd()
        return done.stdout, done.returncode

    def _start_httpd(self) -> None:
        """Start httpd if it is installed and never ran, as its package does with systemd."""
        installed = (self.files / "usr/sbin/apache2").exists()
        if installed and not (self.files / "run/apache2/apache2.pid").exists():
            self.as_root("systemctl start apache2")

    def _prepare(self) -> None:
        self.write("/usr/local/bin/systemctl", (_HERE / "systemctl.sh").read_text())
        self.write("/etc/resolv.conf", Path("/etc/resolv.conf").read_text())
        for certificate in _CERTIFICATES.glob("*.crt"):
            self.write(str(certificate), certificate.read_text())
        copy_project(self.files / f"{_HOME}/apachestaple".lstrip("/"))
        self.as_root(_PREPARE)

    def _inside(self, command: list[str], *, user: str, network: bool = False) -> list[str]:
        namespaces = ["--mount", "--uts", "--pid", "--root", "--wd"]
        own_network = [] if network else ["--net"]
        variables: Mapping[str, str] = {
            **_TRUST,
            "HOME": _HOME if user == _USER else "/root",
            "USER": user,
            "PATH": _PATH if user == _USER else f"{_PATH}:/usr/local/sbin:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
        }
        identity = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        return [
            *("nsenter", f"--target={self._init}", *namespaces, *own_network),
            *("env", "-i", *(f"{name}={value}" for name, value in variables.items())),
            *(*identity, *command),
        ]


def _installs(command: str) -> bool:
    words = command.removeprefix("sudo ").split()
    while words and "=" in words[0]:
        words.pop(0)
    return " ".join(words).startswith(_INSTALLING) or words[0].endswith("/pip")
