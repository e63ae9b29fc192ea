"""The folders in which the commands of the pages are run."""

import shutil
import subprocess
from pathlib import Path

from tests.documents import document, write
from tests.project import ROOT

SHOP = """\
<VirtualHost *:443>
    ServerName shop.example.com
    SSLEngine on
    SSLCertificateFile /etc/ssl/shop.example.com.pem
    SSLStaplingCache shmcb:/var/run/ocsp(128000)
    SSLUseStapling on
</VirtualHost>
"""
BLOG = """\
<VirtualHost *:443>
    ServerName blog.example.com
    SSLEngine on
    SSLCertificateFile /etc/ssl/blog.example.com.pem
    SSLUseStaping on
</VirtualHost>
"""


def examples(folder: Path) -> None:
    """A copy of the examples."""
    shutil.copytree(ROOT / "examples", folder / "examples", symlinks=True)


def repository(folder: Path) -> None:
    """The repository of the pages about CI: two fragments, and no certificates."""
    (folder / "sites").mkdir()
    (folder / "sites/shop.conf").write_text(SHOP)
    (folder / "sites/blog.conf").write_text(BLOG)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)


def everything(folder: Path) -> None:
    """All files that commands without output name by relative paths."""
    examples(folder)
    repository(folder)
    shutil.copytree(ROOT / "examples/apache2", folder / "files/etc/apache2", symlinks=True)
    (folder / "certificates").mkdir()
    for name in ("sites/www.conf", "httpd.conf", "buffer"):
        (folder / name).write_text(SHOP)
    (folder / "results").mkdir()
    for name in ("results/web1.json", "last-week.json"):
        write(folder / name, document("web1"))


# The folders of pages that do not use the examples.
PREPARED = {"docs/how-to/ci.md": repository}
