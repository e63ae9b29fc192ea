"""Fresh Debian servers, by debootstrap: without httpd and without this project."""

import os
import subprocess
from pathlib import Path

RELEASES = ("bookworm", "trixie")

_MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
# What the Debian installer has installed on each server.
_PACKAGES = (
    *("ca-certificates", "iproute2", "less", "nano", "netbase", "openssl", "procps", "python3"),
    "sudo",
)


def unpacked(release: str, parent: Path) -> Path:
    """The root folder of a release below ``parent``. It is made if it does not exist.

    Raises:
        subprocess.CalledProcessError: debootstrap failed.

    """
    folder = parent / release
    if not folder.exists():
        parent.mkdir(parents=True, exist_ok=True)
        unfinished = parent / f".{release}"
        packages = f"--include={','.join(_PACKAGES)}"
        command = ["debootstrap", "--variant=minbase", packages, release, str(unfinished), _MIRROR]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        unfinished.rename(folder)
    return folder
