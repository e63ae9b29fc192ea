"""One drawn configuration: written down, linted and played."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.site import understand
from apachestaple.rules.catalogue import all_rules
from tests.drawn.dress import MAIN, dress
from tests.drawn.nodes import Line, Node, Section
from tests.drawn.spelling import Speller
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from apachestaple.rules.finding import Finding
    from tests.drawn.site import Host, Site
    from tests.lab.ca import KeyType
    from tests.lab.handshake import Handshake
    from tests.lab.play import Lab
    from tests.lab.ports import ReservedPort
    from tests.lab.server import Httpd

# mod_md fetches in the background. Seconds.
MD_PATIENCE = 15.0
# What a client takes, to be given the certificate with this kind of key.
_SIGNATURES = {"rsa": "rsa_pss_rsae_sha256", "ecdsa": "ecdsa_secp256r1_sha256"}
_COMPLAINT = re.compile(
    r"^\[[^\]]*\] \[(?:ssl|md|socache_\w+):(?:emerg|alert|crit|error)\].*", re.MULTILINE
)


@dataclass(frozen=True)
class Written:
    """The files of a configuration."""

    files: dict[str, str]
    links: dict[str, str]

    def __str__(self) -> str:
        texts = [f"--- {name}\n{text}" for name, text in self.files.items()]
        links = [f"--- {name} -> {target}" for name, target in self.links.items()]
        return "\n".join(texts + links)


def write(random: Random, site: Site) -> Written:
    """Write a site down."""
    dressed = dress(random, site)
    files = {
        name: Speller(random, continued=not _uses_macro(body)).text(body)
        for name, body in dressed.files.items()
    }
    files[MAIN] += site.tail
    return Written({**files, **site.files}, {**dressed.links, **site.links})


def _uses_macro(body: list[Node]) -> bool:
    return any(
        (isinstance(node, Line) and node.name == "Use")
        or (isinstance(node, Section) and _uses_macro(node.body))
        for node in body
    )


@dataclass
class Seen:
    """What lint says, and what httpd does.

    ``shakes`` has the handshakes of a host by the kind of key of the certificate, ``plain`` those
    of clients that ask for no status, where the others were turned away.
    """

    findings: list[Finding] = field(default_factory=list)
    accepted: bool = False
    message: str = ""
    started: bool = False
    shakes: dict[str, dict[KeyType, Handshake]] = field(default_factory=dict)
    plain: dict[str, dict[KeyType, Handshake]] = field(default_factory=dict)
    asked: int = 0
    log: str = ""

    @property
    def loud(self) -> list[Finding]:
        """Findings above information."""
        return [finding for finding in self.findings if finding.severity != "info"]

    def complaints(self) -> list[str]:
        """What TLS has to complain of in the log."""
        return _COMPLAINT.findall(self.log)

    def lines(self) -> Iterator[str]:
        """What was seen, to be printed."""
        yield "lint:" if self.findings else "lint: nothing"
        for finding in self.findings:
            place = f"{finding.place.file}:{finding.place.line}"
            yield f"  {finding.severity} {finding.code} {place}: {finding.message}"
        # A loop of includes names every file of it.
        yield f"httpd -t: {self.message.strip()[-1000:]}"
        if self.accepted:
            yield f"httpd {'starts' if self.started else 'does not start'}"
        for name, shakes in self.shakes.items():
            got = (f"{key} {s.staple or s.alert or 'no staple'}" for key, s in shakes.items())
            yield f"  {name}: {', '.join(got)}"
        yield from (f"  | {complaint}" for complaint in self.complaints()[:10])


def look(
    lab: Lab, site: Site, written: Written, ports: list[ReservedPort], *, rounds: int = 1
) -> Seen:
    """Lint a configuration and play it."""
    seen = Seen()
    with made(lab, site, written, ports) as httpd:
        seen.findings = linted(httpd, site)
        test = httpd.configtest()
        seen.accepted, seen.message = test.accepted, test.output
        if test.accepted:
            seen.started = httpd.start()
        asked = lab.responder.queries_total() if rounds > 1 else 0
        for _ in range(rounds if seen.started else 0):
            for host in site.hosts:
                seen.shakes[host.name] = _shakes(host)
        for host in site.hosts:
            if any(not shake.connected for shake in seen.shakes.get(host.name, {}).values()):
                seen.plain[host.name] = _shakes(host, status=False)
        if rounds > 1:
            seen.asked = lab.responder.queries_total() - asked
        httpd.stop(grace=0.1)
        seen.log = httpd.log
    return seen


def made(lab: Lab, site: Site, written: Written, ports: list[ReservedPort]) -> Httpd:
    """An httpd with these files."""
    files = {name: text for name, text in written.files.items() if name != MAIN}
    httpd = lab.httpd(written.files[MAIN], files=files, without=site.without, ports=ports)
    for name, target in written.links.items():
        link = httpd.root / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
    return httpd


def linted(httpd: Httpd, site: Site) -> list[Finding]:
    """What lint says of it, on the server itself."""
    options = Options(version=site.version)
    configuration = read(locate(str(httpd.root / "httpd.conf"), options))
    site_read = understand(configuration, certificates_required=True)
    return list(lint([site_read], all_rules()).findings)


def _shakes(host: Host, *, status: bool = True) -> dict[KeyType, Handshake]:
    shakes: dict[KeyType, Handshake] = {}
    keys = {leaf.key for leaf in host.leaves}
    for key in sorted(keys):
        until = time.monotonic() + (MD_PATIENCE if host.by_md and status else 0)
        while True:
            shake = handshake(
                host.port,
                host.name,
                address=host.address,
                status=status,
                signatures=_SIGNATURES[key] if len(keys) > 1 else None,
            )
            if shake.good or time.monotonic() >= until:
                break
            time.sleep(0.1)
        shakes[key] = shake
    return shakes
