"""AS126."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.vhosts import is_same
from apachestaple.rules.by_hand import Check, staple
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import host_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_FIRST = CACHE + tls_host("SSLUseStapling off")
_SPECIFIC = tls_host("SSLUseStapling off", name="b.example.com").replace("*:443", "127.0.0.1:443")


class HostNeverPicked(HostRule):
    """No client reaches a host with TLS, because other hosts answer in its place.

    httpd looks for the hosts with the client's local address first, and for those of `*` only if
    there are none. Of the hosts of one address it takes the first one with the name that the client
    asks for. Settings of a host that is never picked have no effect.
    """

    code = "AS126"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    needs_whole = True
    tls = True
    message = {
        "": "no client reaches this host: {other} in {file}:{line} has its names",
        "address": "no client reaches this host: other hosts answer at {address}",
    }
    help = {
        "": "Give the host a name of its own, or remove it.",
        "address": "Give the host the same address, or write * in both.",
    }
    by_hand = (
        Check(
            "List the virtual hosts. Of those with the same name, the first one is used.",
            "apachectl -t -D DUMP_VHOSTS | grep namevhost",
        ),
        Check(
            "Request a staple. Stapling is on in the second host, but httpd sends none.", staple()
        ),
    )
    bad = (
        Example(_FIRST + tls_host("SSLUseStapling on"), as_if=_FIRST),
        Example(
            CACHE + tls_host("SSLUseStapling on") + _SPECIFIC,
            as_if=CACHE + tls_host() + _SPECIFIC,
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        section = host.section
        if section is None or not host.takes_handshakes:
            return
        chains = site.vhosts.reached(host)
        for chain in chains:
            if host in chain.picked:
                return
        name = next(iter(host.names), None)
        if name is None or not chains:
            return
        named = next((chain for chain in chains if host in chain), None)
        other = (named or chains[0]).answering(name)
        if other.section is None or is_same(other, host):
            return
        yield self.finding(
            host_subject(host, site),
            variant="" if named else "address",
            hosts=(host,),
            other=other.name,
            file=os.path.basename(other.section.file),
            line=other.section.line,
            used_instead=other.section,
            address=chains[0].address,
        )
