"""lint --online and responders --check, as a shell sees them."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.caches import CacheServer
from tests.lab.handshake import handshake
from tests.lab.ports import ReservedPort
from tests.schemas import ANSWERS, LINT, checked

if TYPE_CHECKING:
    from tests.lab.play import Lab


ON = "SSLUseStapling on"
CHECK = ("--check", "--allow-private")


def test_lint_online_and_the_check_of_responders(lab: Lab) -> None:
    hosts = tls_host(ON) + tls_host(ON, name="b.example.com", certificate="answer-expired")
    with lab.httpd(CACHE + hosts) as httpd:
        main = httpd.root / "httpd.conf"
        assert run("lint", main).returncode == 0
        done = run("lint", main, "--online", "--allow-private", "--format", "json")
        found = [f["rule"] for f in checked(done.stdout, LINT)["findings"]]
        assert (done.returncode, found) == (1, ["AS503", "AS417"])
        check = run("responders", main, "--check", "--allow-private")
        assert check.returncode == 1
        assert re.search(r"^http://\S+/expired +answer-expired +good ", check.stdout, re.MULTILINE)
        assert "warning[AS417] response-out-of-date" in check.stdout
        answers = checked(run("responders", main, *CHECK, "--format", "json").stdout, ANSWERS)
        assert [answer["answers"][0]["error"] is None for answer in answers] == [True, False]
        assert run("responders", main, "--check", "--ignore-nothing").returncode == 2


@pytest.mark.parametrize(("name", "number"), [("redis", "AH03478"), ("memcache", "AH00790")])
def test_lint_online_connects_to_the_servers_of_the_cache(lab: Lab, name: str, number: str) -> None:
    load = f"LoadModule socache_{name}_module modules/mod_socache_{name}.so\n"
    with CacheServer(name, lab.folder) as cache, ReservedPort() as closed:
        texts = {
            address: f"{load}SSLStaplingCache {name}:{address}\n{tls_host(ON)}"
            for address in (cache.address, f"127.0.0.1:{closed.number}")
        }
        reports = {}
        logs = {}
        for address, text in texts.items():
            with lab.httpd(text) as httpd:
                main = httpd.root / "httpd.conf"
                told = run("lint", main, "--online", "--format", "json")
                assert f"cache server {address}: resolves to the loopback address" in told.stderr
                done = run("lint", main, "--online", "--allow-private", "--format", "json")
                reports[address] = checked(done.stdout, LINT)["findings"]
                assert httpd.start()
                assert [handshake(httpd.port).staple for _ in range(2)] == ["good", "good"]
                logs[address] = httpd.log_ids()
    reached, refused = reports.values()
    assert "AS213" not in {finding["rule"] for finding in reached}
    assert {f["rule"]: f["log_id"] for f in refused}["AS213"] == number
    assert [number in ids for ids in logs.values()] == [False, True]


def test_every_responder_with_a_finding_is_named(lab: Lab) -> None:
    certificates = ("answer-expired", "revoked", "answer-garbage")
    hosts = (
        tls_host(ON, name=f"{number}.example.com", certificate=certificate)
        for number, certificate in enumerate(certificates)
    )
    with lab.httpd(CACHE + "".join(hosts)) as httpd:
        check = run("responders", httpd.root / "httpd.conf", *CHECK)
    assert check.returncode == 1
    assert set(re.findall(r"\[(AS4\d\d)\]", check.stdout)) == {"AS414", "AS417", "AS419"}


def test_what_cannot_be_asked_is_told(lab: Lab) -> None:
    lines = (ON, "SSLCertificateChainFile certs/elsewhere.pem")
    with lab.httpd(CACHE + tls_host(*lines, certificate="leaf-only")) as httpd:
        done = run("responders", httpd.root / "httpd.conf", "--check")
    assert "No responder was queried." in done.stdout
    assert "certs/leaf-only.pem: its responder was not queried" in done.stderr


def test_a_bar_is_shown_on_a_terminal_after_a_second(lab: Lab) -> None:
    def shown(certificate: str) -> str:
        lines = (ON, "SSLStaplingResponderTimeout 2")
        with lab.httpd(CACHE + tls_host(*lines, certificate=certificate)) as httpd:
            ours, theirs = pty.openpty()
            command = [sys.executable, "-m", "apachestaple", "responders", *CHECK]
            child = subprocess.Popen(
                [*command, str(httpd.root / "httpd.conf")],
                stdout=subprocess.DEVNULL,
                stderr=theirs,
                env={**os.environ, "TERM": "xterm"},
            )
            os.close(theirs)
            text = b""
            try:
                while chunk := os.read(ours, 4096):
                    text += chunk
            except OSError:
                pass  # a terminal without a writer
            os.close(ours)
            child.wait(timeout=20)
        return text.decode()

    assert "Querying responders" in shown("silent-responder")
    assert shown("good") == ""
