"""A server behind a firewall that refuses everything: what the rules of ``responders`` let out.

The firewall is the kernel's, in a network namespace; httpd, the responder and tinyproxy are real.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.lab.certificates import NAMES
from tests.lab.handshake import handshake
from tests.lab.network import Wire
from tests.lab.processes import Child, wait_until
from tests.lab.relay import Relay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.network import Namespace
    from tests.lab.play import Lab

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
# One responder by IPv4 and IPv6, one by IPv6 alone at another port, and a proxy.
HOSTS = {
    "ocsp.example.com": ("192.0.2.1", "2001:db8::1"),
    "ocsp6.example.com": ("2001:db8::1",),
    "proxy.example.com": ("192.0.2.3",),
}
URLS = {"gate": "http://ocsp.example.com/r", "gate-6": "http://ocsp6.example.com:8080/r"}
PROXY = ("192.0.2.3", 3128)
PROXY_URL = f"http://proxy.example.com:{PROXY[1]}"
SERVERS = [(certificate, f"{certificate}.example.com") for certificate in URLS]


class World:
    """The wire, with the lab's responder at its other end."""

    def __init__(self, lab: Lab, wire: Wire, folder: Path) -> None:
        self.lab, self.folder = lab, folder
        self.server, self.outside = wire.server, wire.outside

    def configuration(self, *lines: str) -> str:
        hosts = (tls_host(*lines, certificate=name, name=server) for name, server in SERVERS)
        return CACHE + "".join(hosts)

    def staples(self, configuration: str) -> list[str | None]:
        """What clients of the two hosts get from a new httpd."""
        httpd = self.lab.httpd(configuration, inside=self.server.as_user)
        assert httpd.start(), httpd.log
        try:
            shaken = [
                handshake(httpd.port, name, inside=self.server.inside) for _, name in SERVERS
            ]
        finally:
            httpd.stop()
        assert all(one.connected for one in shaken), httpd.log
        return [one.staple for one in shaken]

    def responders(self, configuration: str, *options: str) -> str:
        """What the program prints on the server about a configuration."""
        httpd = self.lab.httpd(configuration)
        main = str(httpd.root / "httpd.conf")
        command = [sys.executable, "-m", "apachestaple", "responders", main, *options]
        return self.server.run(*command)

    @contextmanager
    def tinyproxy(self, namespace: Namespace, text: str) -> Iterator[Path]:
        """A running tinyproxy, and its log."""
        log = self.folder / f"tinyproxy-{namespace.pid}.log"
        configuration = self.folder / f"tinyproxy-{namespace.pid}.conf"
        # Without its service it has no user of its own here, and needs none.
        text = re.sub(r"^(User|Group) .*\n", "", text, flags=re.MULTILINE)
        configuration.write_text(f"{text}\nLogLevel Connect\n")
        (port,) = re.findall(r"^Port (\d+)$", text, re.MULTILINE)
        address = re.findall(r"^Listen (\S+)$", text, re.MULTILINE)[0]
        command = [*namespace.inside, "tinyproxy", "-d", "-c", str(configuration)]
        child = Child(command, output=log)
        try:
            assert wait_until(lambda: namespace.reaches(address, int(port)), 5), log.read_text()
            yield log
        finally:
            child.stop(grace=0.3)


@pytest.fixture(scope="module")
def behind(lab: Lab) -> Lab:
    """The lab, with certificates of responders that are elsewhere."""
    for name, url in URLS.items():
        lab.authority.issue(name, names=NAMES, ocsp=[url])
    return lab


@pytest.fixture
def world(behind: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    (port,) = re.findall(r":(\d+)$", behind.responder.url)
    with ExitStack() as ending:
        wire = ending.enter_context(Wire(folder / "wire", HOSTS))
        for address, outside_port in (("192.0.2.1", 80), ("2001:db8::1", 8080)):
            relay = Relay(wire.outside.listen(address, outside_port), int(port))
            relay.start()
            ending.callback(relay.stop)
        yield World(behind, wire, folder)


def one_time(rules: str) -> list[list[str]]:
    """The commands that the rules want to be run one time, from their own words."""
    (line,) = re.findall(r"^# One time, [^:]*:\n#   (.*)$", rules, re.MULTILINE)
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
    assert "once stapling is on" in rules
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
