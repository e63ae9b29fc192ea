"""AS127."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import Check, staple
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_HOST = CACHE + tls_host("SSLUseStapling on")


class EngineOptional(HostRule):
    """SSLEngine is optional, which gives no TLS to clients.

    With `optional`, a client could upgrade an HTTP connection to TLS (RFC 2817), which no browser
    does. httpd 2.4.64 removed the upgrade: it accepts the value, logs AH10510, and the host has no
    TLS. In older versions a TLS handshake with the host fails, too. If it is the first host of an
    address, this affects all hosts of the address.
    """

    code = "AS127"
    severity = Severity.ERROR
    effect = Effect.IGNORED
    log_id = "AH10510"
    settings = frozenset({"sslengine"})
    message = "SSLEngine optional gives no TLS to clients"
    help = "Write SSLEngine on."
    by_hand = (Check("Connect with TLS. httpd sends no certificate.", staple()),)
    bad = (
        Example(
            _HOST.replace("SSLEngine on", "SSLEngine optional"),
            as_if=_HOST.replace("SSLEngine on", "SSLEngine off"),
        ),
    )
    good = (Example(_HOST),)

    @classmethod
    def asks_for(cls, host: Host, site: Site) -> bool:
        return host.ssl_engine == "optional" and super().asks_for(host, site)

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        directive = host.setting("SSLEngine")
        inherited = site.main.own.get("sslengine")
        if directive is None:
            return
        if host.is_main or directive is not inherited or host.certificates:
            behind = [
                other
                for chain in site.vhosts.reached(host)
                if chain.first is host
                for other in chain.hosts[1:]
                if other.takes_handshakes
            ]
            yield self.finding(directive_subject(directive), hosts=(host, *behind))
