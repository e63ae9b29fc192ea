"""Tests of ``responders`` with ufw, firewalld and squid.

These install services, so ``make test`` does not need them; ``make firewalls`` runs this file.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from tests.lab.processes import Child, wait_until
from tests.lab.world import PLACES, PROXY, PROXY_URL, SERVERS

if TYPE_CHECKING:
    from tests.lab.world import World

STAPLING = "SSLUseStapling on"


def test_ufw_takes_each_line(world: World) -> None:
    text = world.responders(world.configuration(STAPLING), "--resolve", "--format", "ufw")
    for command in ("allow", "delete allow"):
        script = re.sub(r"^ufw allow", f"ufw --dry-run {command}", text, flags=re.MULTILINE)
        said = world.server.run("sh", "-e", text=script)
        assert "ERROR" not in said
        if command == "allow":
            tuples = re.findall(
                r"^### tuple ### allow tcp (\d+) (\S+) any \S+ out ", said, re.MULTILINE
            )
            assert {(address, int(port)) for port, address in tuples} == set(PLACES)


def test_firewalld_has_each_rule(world: World) -> None:
    text = world.responders(world.configuration(STAPLING), "--resolve", "--format", "firewalld")
    folder = world.folder / "firewalld"
    for name in ("policies", "zones"):
        (folder / name).mkdir(parents=True)
    shutil.copy("/etc/firewalld/firewalld.conf", folder)
    (folder / "policies/ocsp_responders.xml").write_text(text)
    offline = ["firewall-offline-cmd", f"--system-config={folder}"]
    done = subprocess.run(
        [*world.server.inside, *offline, "--check-config"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout + done.stderr).strip() == ""
    said = world.server.run(*offline, "--info-policy", "ocsp_responders")
    rule = r'destination address="(\S+)" port port="(\d+)" protocol="tcp" accept$'
    found = re.findall(rule, said, re.MULTILINE)
    assert {(address, int(port)) for address, port in found} == set(PLACES)
    assert "(active)" in said


def test_httpd_staples_through_squid_which_refuses_everything_else(world: World) -> None:
    configuration = world.configuration(STAPLING, f"SSLOCSPProxyURL {PROXY_URL}")
    rules = world.responders(configuration, "--format", "squid")
    # squid runs as another user, who cannot open pytest's folders.
    folder = world.lab.folder / "squid"
    folder.mkdir()
    folder.chmod(0o777)
    log, output = folder / "access.log", folder / "output"
    for allowed, staple in (("", "tryLater"), (rules, "good")):
        file = folder / "squid.conf"
        lines = [f"http_port {PROXY[0]}:{PROXY[1]}", allowed, "http_access deny all"]
        lines += [
            f"access_log {log}",
            f"cache_log {folder}/cache.log",
            "pid_filename none",
            "cache deny all",
        ]
        file.write_text("\n".join([*lines, "shutdown_lifetime 0 seconds", ""]))
        child = Child([*world.outside.inside, "squid", "-N", "-f", str(file)], output=output)
        try:
            assert wait_until(lambda: world.outside.reaches(*PROXY), 10), output.read_text()
            assert world.staples(configuration) == [staple] * len(SERVERS)
        finally:
            child.stop(grace=2)
    assert "POST http://ocsp.example.com/r" in log.read_text()
    assert "TCP_DENIED" in log.read_text()
