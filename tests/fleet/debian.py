"""A server with Debian's own /etc/apache2 and service, reached by a real sshd on loopback."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from apachestaple.rules.rule import tls_host
from tests.collection.interpreter import interpreter
from tests.lab.ports import ReservedPort
from tests.lab.processes import Child, wait_until

if TYPE_CHECKING:
    from tests.lab.play import Lab

PROGRAM = Path(sys.executable).with_name("apachestaple")
_MODULES = ("ssl", "socache_shmcb", "setenvif")


class DebianServer:
    """A server in a mount namespace of its own. Its only host is not on."""

    name = "debian"

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.folder = folder
        self._ssh_port, self.port = ReservedPort(), ReservedPort()
        self.tree = folder / "apache2"
        self._write_tree(lab.certificates_folder)
        self._write_keys()
        self._child: Child | None = None

    def _write_tree(self, certificates: Path) -> None:
        shutil.copytree("/etc/apache2", self.tree, symlinks=True)
        for module in _MODULES:
            for ending in ("load", "conf"):
                link = self.tree / "mods-enabled" / f"{module}.{ending}"
                if (self.tree / "mods-available" / link.name).exists() and not link.is_symlink():
                    link.symlink_to(f"../mods-available/{link.name}")
        for link in (self.tree / "sites-enabled").iterdir():
            link.unlink()
        site = (
            tls_host().replace("certs/", f"{certificates}/").replace("443", str(self.port.number))
        )
        (self.tree / "sites-available" / "www.conf").write_text(site)
        (self.tree / "sites-enabled" / "www.conf").symlink_to("../sites-available/www.conf")
        (self.tree / "ports.conf").write_text(f"Listen 127.0.0.1:{self.port.number} https\n")
        envvars = self.tree / "envvars"
        logs = self.folder / "logs"
        logs.mkdir()
        envvars.write_text(f"{envvars.read_text()}\nexport APACHE_LOG_DIR={logs}\n")

    def _write_keys(self) -> None:
        for name in ("host", "user"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name)],
                check=True,
            )
        self._settings = self.folder / "sshd_config"
        self._settings.write_text(
            f"ListenAddress 127.0.0.1:{self._ssh_port.number}\n"
            f"HostKey {self.folder}/host\n"
            f"AuthorizedKeysFile {self.folder}/user.pub\n"
            f"PidFile {self.folder}/sshd.pid\n"
            "AuthenticationMethods publickey\n"
            "PermitRootLogin prohibit-password\n"
            "StrictModes no\n"
            "UsePAM no\n"
        )
        key = (self.folder / "host.pub").read_text()
        hosts = self.folder / "known_hosts"
        hosts.write_text(f"[127.0.0.1]:{self._ssh_port.number} {key}")
        program = self.folder / "apachestaple"
        state = shlex.quote(str(self.folder / "state"))
        program.write_text(f'#!/bin/sh\nXDG_STATE_HOME={state} exec {PROGRAM} "$@"\n')
        program.chmod(0o755)

    def start(self) -> None:
        """Start httpd by its service, and sshd."""
        script = self.folder / "start"
        # The first process has the name of this file: Ansible takes a shell for systemd.
        script.write_text(
            "#!/bin/sh\nset -e\n"
            f"mount --bind {shlex.quote(str(self.tree))} /etc/apache2\n"
            "mount -t tmpfs tmpfs /run\nmkdir /run/sshd /run/lock\n"
            "service apache2 start\n"
            f"/usr/sbin/sshd -D -e -f {shlex.quote(str(self._settings))}\nexit\n"
        )
        script.chmod(0o755)
        log = self.folder / "log"
        # In a PID namespace, all processes end with the first one, which waits for sshd.
        alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        self._child = child = Child([*alone, str(script)], output=log)
        assert wait_until(lambda: self._ssh_port.is_listened_on() or not child.running, 30)
        assert child.running, log.read_text()

    @property
    def end(self) -> str:
        """A shell command on the server that ends it."""
        return f"kill $(cat {shlex.quote(str(self.folder / 'sshd.pid'))}); sleep 10"

    def texts(self) -> dict[str, bytes]:
        """The configuration, by path; links as their targets."""
        return {
            str(path.relative_to(self.tree)): os.readlink(path).encode()
            if path.is_symlink()
            else path.read_bytes()
            for path in sorted(self.tree.rglob("*"))
            if path.is_symlink() or path.is_file()
        }

    def variables(self) -> dict[str, object]:
        """Its variables for Ansible. It is the httpd of the machine, and a service."""
        return {
            "ansible_host": "127.0.0.1",
            "ansible_port": self._ssh_port.number,
            "ansible_user": "root",
            "ansible_ssh_private_key_file": str(self.folder / "user"),
            "ansible_ssh_common_args": f"-o UserKnownHostsFile={self.folder}/known_hosts"
            " -F none -o ControlMaster=no",
            "ansible_python_interpreter": interpreter(self.folder, "/usr/bin/python3"),
            "stapling_executable": str(self.folder / "apachestaple"),
            # By default, its service is reloaded.
            "stapling_reload_command": "{{ debian_reload | default([]) }}",
        }

    def close(self) -> None:
        """Stop sshd and httpd."""
        if self._child is not None:
            self._child.stop(grace=0.1)
        self._ssh_port.close()
        self.port.close()
