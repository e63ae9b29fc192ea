"""``python -m tests.container FOLDER``: builds the image in a Debian system, and runs it.

buildah and podman run in the system, which is kept in FOLDER. In place of the image that the
Dockerfile names, Debian's Python is used: no registry is needed.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.debian_systems import Root, changeable, extended
from tests.project import ROOT, copy_project

_RELEASE = "trixie"
_TOOLS = ("buildah", "ca-certificates", "crun", "netavark", "podman")
_PYTHON = ("ca-certificates", "python3", "python3-pip", "python3-venv")
# A package index may be reached through a proxy with an authority of its own.
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_SETTINGS = b"""[engine]
cgroup_manager = "cgroupfs"
no_pivot_root = true
[containers]
cgroups = "disabled"
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
"""
_STORAGE = b"""[storage]
driver = "vfs"
graphroot = "/var/lib/containers/storage"
runroot = "/run/containers/storage"
"""
_IMAGE = "localhost/apachestaple"
_BUILD = """
mount -t sysfs sysfs /sys
export BUILDAH_ISOLATION=chroot PIP_CERT=/etc/ssl/certs/ca-certificates.crt
cd /root
python=$(buildah from scratch)
buildah add --quiet "$python" python.tar /
buildah config --env PIP_CERT="$PIP_CERT" "$python"
buildah commit --quiet "$python" localhost/python
buildah build --ulimit nofile=1024:1024 --ulimit nproc=4096:4096 \
    --build-arg PYTHON=localhost/python --tag apachestaple source
buildah images
"""
_RUN = """
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
exec podman run --rm --read-only --cap-drop=all --network=none \
    --volume /root/source/examples/apache2:/etc/apache2:ro "$@"
"""


def main(parent: Path) -> None:
    """Build, run, and print."""
    python = extended(_RELEASE, "python", _PYTHON, parent)
    python.put(_AUTHORITIES.read_bytes(), "etc/ssl/certs/ca-certificates.crt")
    with changeable(extended(_RELEASE, "containers", _TOOLS, parent)) as root:
        copy_project(root.files / "root/source")
        root.put(_SETTINGS, "etc/containers/containers.conf")
        root.put(_STORAGE, "etc/containers/storage.conf")
        archive = root.files / "root/python.tar"
        subprocess.run(["tar", "-C", str(python.files), "-cf", str(archive), "."], check=True)
        _say(root.run("sh", "-ec", _BUILD, network=True))
        _say(_ran(root, _IMAGE, "--version"))
        # 65534 is nobody.
        _check(
            _ran(root, "--entrypoint=id", _IMAGE, "-u").strip() == "65534", "the user is another"
        )
        command = ("lint", "/etc/apache2", "--httpd-version=2.4.68", "--format=json")
        summary = json.loads(_ran(root, _IMAGE, *command, code=1))["summary"]
        _check(summary == _summary_here(), f"another result of lint: {summary}")
        _say(_ran(root, _IMAGE, "fix", "/etc/apache2", code=2))


def _summary_here() -> object:
    command = ("lint", "examples/apache2", "--httpd-version=2.4.68", "--format=json")
    program = [sys.executable, "-m", "apachestaple", *command]
    done = subprocess.run(program, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    return json.loads(done.stdout)["summary"]


def _ran(root: Root, *arguments: str, code: int = 0) -> str:
    """The output of a container with this exit code."""
    return root.run("sh", "-ec", _RUN, "sh", *arguments, code=code)


def _check(right: bool, message: str) -> None:
    if not right:
        sys.exit(message)


def _say(text: str) -> None:
    sys.stdout.write(text.rstrip() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
