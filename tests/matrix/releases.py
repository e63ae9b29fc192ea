"""Debian releases, unpacked side by side so that each brings its httpd and its OpenSSL.

debootstrap fetches the packages. Nothing in the folders runs as a service; httpd is started from
its folder with the libraries of that folder, by the dynamic loader that belongs to them.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Four pairs of httpd and OpenSSL, the oldest first.
RELEASES = ("bullseye", "bookworm", "trixie", "forky")

_MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
_PACKAGES = "apache2-bin"
_SCRIPTS = Path("/usr/share/debootstrap/scripts")
_LIBRARIES = ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")


@dataclass(frozen=True)
class Release:
    """A release that was unpacked.

    Attributes:
        name: its code name.
        folder: where it was unpacked, with ``httpd``, which starts its httpd.
        httpd: the version of its httpd.
        openssl: the version of the OpenSSL that its httpd loads.

    """

    name: str
    folder: Path
    httpd: str
    openssl: str

    def in_place_of_ours(self) -> list[str]:
        """How a command begins that sees the release's httpd as that of this machine.

        In a mount namespace of its own, the release's httpd and modules lie over this machine's.
        """
        binds = [
            f"mount --bind {self.folder}/httpd /usr/sbin/apache2",
            f"mount --bind {self.folder}/usr/lib/apache2 /usr/lib/apache2",
        ]
        script = " && ".join([*binds, 'exec "$@"'])
        return ["unshare", "--mount", "--propagation", "private", "sh", "-ec", script, "sh"]


def unpacked(name: str, parent: Path) -> Release:
    """Unpack a release below ``parent``, unless it is there already.

    Raises:
        subprocess.CalledProcessError: debootstrap failed, or the httpd does not run.

    """
    folder = parent / name
    if not (folder / "usr/sbin/apache2").exists():
        script = _SCRIPTS / (name if (_SCRIPTS / name).exists() else "sid")
        subprocess.run(
            [
                "debootstrap",
                "--variant=minbase",
                f"--include={_PACKAGES}",
                name,
                str(folder),
                _MIRROR,
                str(script),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    starter = folder / "httpd"
    starter.write_text(_starter(folder))
    starter.chmod(0o755)
    said = subprocess.run([str(starter), "-v"], check=True, capture_output=True, text=True).stdout
    version = re.search(r"Apache/(\S+)", said)
    return Release(name, folder, version[1] if version else "?", _openssl(folder))


def _starter(folder: Path) -> str:
    libraries = ":".join(str(folder / place) for place in _LIBRARIES)
    loader = _loader(folder)
    return f'#!/bin/sh\nexec {loader} --library-path {libraries} {folder}/usr/sbin/apache2 "$@"\n'


def _loader(folder: Path) -> Path:
    """The dynamic loader of the release: links in the folder may be absolute paths."""
    for place in _LIBRARIES:
        for loader in sorted((folder / place).glob("ld-*.so*")):
            if not loader.is_symlink():
                return loader
    raise FileNotFoundError(f"{folder}: no dynamic loader")


def _openssl(folder: Path) -> str:
    for place in _LIBRARIES:
        for library in sorted((folder / place).glob("libcrypto.so.*")):
            found = re.search(rb"OpenSSL (\d+\.\d+\.\d+\w*) ", library.read_bytes())
            if found:
                return found[1].decode()
    return "?"
