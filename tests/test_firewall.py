"""A server behind a firewall that refuses everything: what the rules of ``responders`` let out.

The firewall is the kernel's, in a network namespace; httpd, the responder and tinyproxy are real.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import tls_host
from tests.lab.world import PROXY, PROXY_URL
from tests.project import ROOT

if TYPE_CHECKING:
    from tests.lab.network import Namespace
    from tests.lab.world import World

# As a Debian server has it: nothing goes out but to itself and what is needed to find neighbours.
REFUSES = """
table inet filter {
    chain output {
        type filter hook output priority filter; policy accept;
        oif "lo" accept
        ct state established,related accept
        meta l4proto ipv6-icmp accept
        reject with tcp reset
    }
}
"""
REFUSES_IPTABLES = """*filter
-A OUTPUT -o lo -j ACCEPT
-A OUTPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A OUTPUT -p ipv6-icmp -j ACCEPT
-A OUTPUT -p tcp -j REJECT --reject-with tcp-reset
COMMIT
"""

LOSES_QUERIES = """
table inet filter {
    chain input {
        type filter hook input priority filter; policy accept;
        udp dport 53 drop
    }
}
"""


def one_time(rules: str) -> list[list[str]]:
    """The commands that the rules want to be run one time, from their own words."""
    (line,) = re.findall(r"^# Once, [^:]*:\n#   (.*)$", rules, re.MULTILINE)
    return [command.split() for command in line.split(" && ")]


STAPLING = "SSLUseStapling on"


def load(namespace: Namespace, rules: str) -> None:
    """Load rules of nftables, or of both iptables: tested first, as their own comments say."""
    if "*filter" not in rules and "*nat" not in rules:
        for options in (["-c"], []):
            namespace.run("nft", *options, "-f", "-", text=rules)
        return
    for tool in ("iptables-restore", "ip6tables-restore"):
        for options in (["--test"], []):
            namespace.run(tool, "--noflush", *options, text=rules)


@pytest.mark.parametrize(
    ("form", "refuses", "listing"),
    [
        ("nftables", REFUSES, ["nft", "list", "ruleset"]),
        ("iptables", REFUSES_IPTABLES, ["ip6tables-save"]),
    ],
)
def test_the_rules_are_the_difference_between_a_staple_and_none(
    world: World, form: str, refuses: str, listing: list[str]
) -> None:
    configuration = world.configuration(STAPLING)
    load(world.server, refuses)
    assert world.staples(configuration) == ["tryLater", "tryLater"]
    rules = world.responders(configuration, "--resolve", "--format", form)
    load(world.server, rules)
    for command in one_time(rules):
        world.server.run(*command)
    assert world.staples(configuration) == ["good", "good"]
    # These addresses at these ports, and nothing else.
    assert world.server.reaches("192.0.2.1", 80)
    assert not world.server.reaches("192.0.2.2", 80)
    assert not world.server.reaches("2001:db8::1", 81)
    before = kept(world.server.run(*listing))
    load(world.server, rules)
    assert kept(world.server.run(*listing)) == before


def kept(listing: str) -> list[str]:
    """The rules of a listing, without its times and counts."""
    return [line for line in re.sub(r"\[\d+:\d+\]", "", listing).splitlines() if line[:1] != "#"]


def test_a_responder_has_a_way_before_stapling_is_switched_on(world: World) -> None:
    load(world.server, REFUSES)
    rules = world.responders(world.configuration(), "--resolve", "--format", "nftables")
    assert "after stapling is turned on" in rules
    load(world.server, rules)
    for command in one_time(rules):
        world.server.run(*command)
    assert world.staples(world.configuration(STAPLING)) == ["good", "good"]


LEADS_OUT = f"Port {PROXY[1]}\nListen {PROXY[0]}\n"


def test_behind_a_proxy_the_rules_let_out_to_the_proxy_alone(world: World) -> None:
    configuration = world.configuration(STAPLING, f"SSLOCSPProxyURL {PROXY_URL}/")
    with world.tinyproxy(world.outside, LEADS_OUT) as log:
        load(world.server, REFUSES)
        assert world.staples(configuration) == ["tryLater", "tryLater"]
        rules = world.responders(configuration, "--resolve", "--format", "nftables")
        load(world.server, rules)
        for command in one_time(rules):
            world.server.run(*command)
        assert not world.server.reaches("192.0.2.1", 80)
        assert world.staples(configuration) == ["good", "good"]
        assert "POST http://ocsp.example.com:80/r HTTP/1.0" in log.read_text()


@pytest.mark.parametrize("form", ["redirect-nftables", "redirect-iptables"])
def test_a_redirect_is_the_way_through_a_proxy_that_httpd_knows_nothing_of(
    world: World, form: str
) -> None:
    configuration = world.configuration(STAPLING)
    # Where somebody else than root runs the tests, the namespace takes httpd's user for its root.
    told = configuration if os.geteuid() == 0 else f"User root\n{configuration}"
    lets_out = f"    ip daddr {PROXY[0]} tcp dport {PROXY[1]} accept"
    refuses = REFUSES.replace("    reject", f"{lets_out}\n        reject")
    if form == "redirect-iptables":
        lets_out = f"-A OUTPUT -p tcp -d {PROXY[0]} --dport {PROXY[1]} -j ACCEPT"
        refuses = REFUSES_IPTABLES.replace("-A OUTPUT -p tcp", f"-4 {lets_out}\n-A OUTPUT -p tcp")
    load(world.server, refuses)
    through = ["--proxy", PROXY_URL, "--format"]
    small = world.responders(told, *through, "tinyproxy")
    with (
        world.tinyproxy(world.outside, LEADS_OUT) as log,
        world.tinyproxy(world.server, small) as own_log,
    ):
        assert world.staples(configuration) == ["tryLater", "tryLater"]
        rules = world.responders(told, *through, form)
        load(world.server, rules)
        for command in one_time(rules):
            world.server.run(*command)
        assert world.staples(configuration) == ["good", "good"], own_log.read_text()
        assert "http://ocsp.example.com:80/r" in log.read_text()


GONE = tls_host("SSLUseStapling on", "SSLStaplingForceURL http://gone.invalid/")


def test_a_name_without_address_is_said_and_the_others_have_their_rules(world: World) -> None:
    configuration = world.configuration(STAPLING) + GONE
    done = world.apachestaple(configuration, "--resolve", "--format", "nftables")
    assert done.returncode == 1
    assert done.stderr.startswith("apachestaple: 'gone.invalid' does not resolve: ")
    assert len(done.stderr.splitlines()) == 1
    assert re.search(r"^# gone\.invalid port 80, for www\S+: MISSING, ", done.stdout, re.MULTILINE)
    assert "2001:db8::1 . 8080," in done.stdout
    load(world.server, done.stdout)


def test_no_name_is_waited_for_longer_than_the_time_limit(world: World) -> None:
    world.outside.run("nft", "-f", "-", text=LOSES_QUERIES)
    asking = "from apachestaple.network.resolve import resolve\n"
    asking += "print(resolve(['a.invalid', 'ocsp.example.com', '2001:db8::7'], seconds=0.5))"
    done = world.server.run(sys.executable, "-c", asking)
    assert "\"'a.invalid' does not resolve in time\"" in done
    assert "('192.0.2.1', '2001:db8::1')" in done
    assert "('2001:db8::7',)" in done


def test_a_name_server_that_does_not_answer_holds_up_no_server(world: World) -> None:
    names = [f"h{number}.invalid" for number in range(20)]
    words = ["--timeout", "0.2", "--concurrency", "5", "--format", "json"]
    command = [sys.executable, "-m", "apachestaple", "probe", "192.0.2.1:7", *names, *words]
    try:
        world.outside.run("nft", "-f", "-", text=LOSES_QUERIES)
        done = subprocess.run(
            [*world.server.inside, *command], cwd=ROOT, capture_output=True, text=True, check=False
        )
    finally:
        world.outside.run("nft", "flush", "ruleset")
    first, *others = [document["error"] for document in json.loads(done.stdout)]
    assert "Connection refused" in first
    assert others == [f"{name!r} does not resolve in time" for name in names]


def test_the_page_of_commands_shows_the_rules_that_the_example_gets(world: World) -> None:
    text = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    (shown,) = re.findall(
        r"^\$ apachestaple responders --resolve .*\n((?:.+\n|\n)*?)```", text, re.MULTILINE
    )
    main = str(ROOT / "examples/apache2")
    program = [sys.executable, "-m", "apachestaple", "responders", "--resolve"]
    printed = world.server.run(*program, "--format", "nftables", main)
    parts = [re.escape(part) for part in shown.split("…\n")]
    assert re.fullmatch("(?:.*\n)*?".join(parts), printed), printed
