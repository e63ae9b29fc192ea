"""AS124."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.other_tls import module_of
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class OtherTlsModule(ServerRule):
    """Another module than mod_ssl provides TLS for a host, so its stapling is not checked.

    Such modules are mod_gnutls, mod_nss and mod_tls. They do not use the directives of mod_ssl. The
    names of their directives are from the manuals of these modules; the tests cannot play this rule
    without them.
    """

    code = "AS124"
    severity = Severity.INFO
    effect = Effect.ADVICE
    message = "{module} provides TLS here, and stapling by {module} is not checked"
    help = "Test the hosts with `apachestaple probe`."
    by_hand = (
        Check(
            "List the modules with `apachectl -M`. Other TLS modules are gnutls_module, nss_module "
            "and tls_module."
        ),
    )
    bad = (
        Example(
            "LoadModule gnutls_module modules/mod_gnutls.so\n"
            "<VirtualHost *:443>\n    GnuTLSEnable on\n    GnuTLSOCSPStapling on\n</VirtualHost>\n"
        ),
        Example("LoadModule nss_module modules/libmodnss.so\nNSSEngine on\n"),
        Example(
            "LoadModule tls_module modules/mod_tls.so\nTLSEngine 443\n"
            "<VirtualHost *:443>\n    TLSCertificate certs/good.pem certs/good.key\n"
            "</VirtualHost>\n"
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, site: Site) -> Iterator[Finding]:
        hosts: dict[str, list[Host]] = {}
        first: dict[str, Directive] = {}
        for host, directive in site.other_tls_hosts:
            module = module_of(directive)
            hosts.setdefault(module, []).append(host)
            first.setdefault(module, directive)
        for module, directive in first.items():
            yield self.finding(directive_subject(directive), hosts=hosts[module], module=module)
