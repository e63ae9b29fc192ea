"""``python -m tests.walkthrough FOLDER [RELEASE …] [PAGE …]``: follows the pages on fresh servers.

The servers are copies of the roots below FOLDER, which are made by debootstrap if they are missing.
Exit code 1 if a command does not print what its page shows.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.project import ROOT
from tests.walkthrough import example
from tests.walkthrough.follow import Followed, follow
from tests.walkthrough.roots import RELEASES, unpacked
from tests.walkthrough.server import Server

# These pages install the program themselves.
_ON_FRESH = ("docs/tutorial.md", "docs/how-to/install.md")
# For these, the program is installed, and the server is prepared.
_ON_EXAMPLE = {
    "docs/how-to/debian.md": example.prepare,
    "docs/how-to/undo.md": example.prepare_repaired,
    "docs/how-to/firewall.md": example.prepare_blocked,
    "docs/how-to/switch-off.md": example.prepare_switched_off,
    "docs/how-to/error-log.md": example.prepare,
    "docs/how-to/certbot.md": example.prepare_certbot,
    "docs/how-to/monitoring.md": example.prepare_repaired,
}
PAGES = (*_ON_FRESH, *_ON_EXAMPLE)
_INSTALLATION = """```console
$ sudo apt-get update
…
$ sudo apt-get install apache2 nftables pipx
…
$ sudo PIPX_HOME=/opt/pipx PIPX_BIN_DIR=/usr/local/bin pipx install ~/apachestaple
…
```
"""


def main(arguments: list[str]) -> int:
    """Follow and print."""
    parent, *chosen = arguments
    releases = [name for name in RELEASES if name in chosen] or RELEASES
    pages = [page for page in PAGES if page in chosen] or list(PAGES)
    differences = 0
    for release in releases:
        root = unpacked(release, Path(parent))
        with tempfile.TemporaryDirectory(prefix="apachestaple-walkthrough-") as name:
            differences += _followed(release, root, Path(name), pages)
    return int(differences > 0)


def _followed(release: str, root: Path, folder: Path, pages: list[str]) -> int:
    """The number of differences on one release."""
    differences = 0
    for page in (each for each in pages if each in _ON_FRESH):
        with Server([root], folder / Path(page).stem) as server:
            differences += _report(release, page, follow(server, _text(page)))
    if any(page in _ON_EXAMPLE for page in pages):
        installed = folder / "installed"
        with Server([root], installed) as server:
            differences += _report(release, "installation", follow(server, _INSTALLATION))
            server.as_root("systemctl stop apache2")
        for page in (each for each in pages if each in _ON_EXAMPLE):
            with Server([installed / "upper", root], folder / Path(page).stem) as server:
                _ON_EXAMPLE[page](server)
                differences += _report(release, page, follow(server, _text(page)))
    return differences


def _text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def _report(release: str, page: str, followed: Followed) -> int:
    _say(f"{release}: {page}: {followed.commands} commands, {followed.seconds / 60:.1f} minutes")
    for difference in followed.differences:
        _say(f"{page}, {difference}")
    return len(followed.differences)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
