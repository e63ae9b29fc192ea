"""Debian's own /etc/apache2, copied, with TLS switched on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.httpd.dump import dump_text
from apachestaple.httpd.envvars import read_envvars
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.provisions import Provision
from apachestaple.mod_ssl.site import understand
from apachestaple.rules.catalogue import all_rules
from tests.lab.ca import Authority

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy with ssl, its cache, info and default-ssl enabled, and a certificate of its own."""
    tree = tmp_path / "apache2"
    shutil.copytree("/etc/apache2", tree, symlinks=True)
    for module in ("ssl", "socache_shmcb", "info", "setenvif"):
        for ending in ("load", "conf"):
            link = tree / "mods-enabled" / f"{module}.{ending}"
            if (tree / "mods-available" / link.name).exists() and not link.is_symlink():
                link.symlink_to(f"../mods-available/{link.name}")
    site = tree / "sites-enabled" / "default-ssl.conf"
    if not site.is_symlink():
        site.symlink_to("../sites-available/default-ssl.conf")
    issued = Authority(tmp_path / "ca", "http://127.0.0.1:1").issue("www")
    assert issued.key is not None
    real = site.resolve()
    text = real.read_text()
    for name, path in (("SSLCertificateFile", issued.cert), ("SSLCertificateKeyFile", issued.key)):
        text, count = re.subn(rf"^(\s*{name}\s+)\S+$", rf"\g<1>{path}", text, flags=re.MULTILINE)
        assert count == 1
    real.write_text(text)
    # /var/run/apache2 is there only once the service has run.
    envvars = tree / "envvars"
    envvars.write_text(envvars.read_text() + f"\nexport APACHE_RUN_DIR={tmp_path}\n")
    return tree


def test_the_dump_is_that_of_httpd(tree: Path) -> None:
    environment = read_envvars(str(tree / "envvars"), os.environ)
    command = ["apache2", "-d", str(tree), "-f", str(tree / "apache2.conf"), "-t"]
    done = subprocess.run(
        [*command, "-D", "DUMP_CONFIG"],
        env={**environment, "PATH": "/usr/sbin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    start = locate(str(tree), Options(defines={"DUMP_CONFIG": None}))
    assert dict(start.environment) == read_envvars(str(tree / "envvars"), {})
    configuration = read(start._replace(installed=True))
    assert configuration.errors == []
    theirs = done.stdout.splitlines()
    assert list(dump_text(configuration.directives)) == theirs
    assert len(theirs) > 300


def test_the_variables_are_those_that_the_shell_sets(tree: Path) -> None:
    program = f". {tree}/envvars; env -0"
    clean = {"PATH": "/usr/bin:/bin"}
    said = subprocess.run(["sh", "-c", program], env=clean, capture_output=True, check=True).stdout
    theirs = dict(line.split("=", 1) for line in said.decode().split("\0") if line)
    ours = read_envvars(str(tree / "envvars"), clean)
    names = [name for name in theirs if name.startswith("APACHE_")]
    assert names
    assert {name: ours.get(name) for name in names} == {name: theirs[name] for name in names}


def test_it_is_without_fault_and_could_staple(tree: Path) -> None:
    site = understand(read(locate(str(tree), Options())))
    (host,) = site.tls_hosts
    assert site.provisions.find(host) == Provision()
    assert {finding.code for finding in lint([site], all_rules()).findings} == {"AS501"}


def test_every_module_can_be_enabled_with_every_site(tree: Path) -> None:
    """All that Debian ships, but for modules that exclude each other or need more than is here."""
    environment = read_envvars(str(tree / "envvars"), os.environ)
    environment["PATH"] = "/usr/sbin:/usr/bin:/bin"
    command = ["apache2", "-d", str(tree), "-f", str(tree / "apache2.conf"), "-t"]
    enabled = 0
    for load in sorted((tree / "mods-available").glob("*.load")):
        added = []
        for ending in ("load", "conf"):
            link = tree / "mods-enabled" / f"{load.stem}.{ending}"
            if not link.is_symlink() and load.with_suffix(f".{ending}").exists():
                link.symlink_to(f"../mods-available/{link.name}")
                added.append(link)
        test = subprocess.run(command, env=environment, capture_output=True, check=False)
        if test.returncode != 0:
            for link in added:
                link.unlink()
        else:
            enabled += 1
    assert enabled > 60
    dumped = subprocess.run(
        [*command, "-D", "DUMP_CONFIG"], env=environment, capture_output=True, check=True
    )
    start = locate(str(tree), Options(defines={"DUMP_CONFIG": None}))
    configuration = read(start._replace(installed=True))
    assert configuration.errors == []
    theirs = dumped.stdout.decode("utf-8", "surrogateescape").split("\n")
    assert [*dump_text(configuration.directives), ""] == theirs
