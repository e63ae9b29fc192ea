"""AS323."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.crl import CrlProblem, crl_problem
from apachestaple.mod_ssl.hosts import first_argument
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

_CHECK, _FILE, _FOLDER = "sslcarevocationcheck", "sslcarevocationfile", "sslcarevocationpath"
_NO_FILES = "no-files"


class UnusableCrls(ServerRule):
    """httpd cannot use the certificate revocation lists (CRLs) that it is configured with.

    `httpd -t` only checks that SSLCARevocationFile exists. The server exits when it starts if the
    file has no CRL, or a damaged one, and if SSLCARevocationCheck is on without
    SSLCARevocationFile and SSLCARevocationPath.
    """

    code = "AS323"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH01901"
    needs_whole = True
    message = {
        CrlProblem.NO_CRL: "{path} contains no CRL and no certificate",
        CrlProblem.DAMAGED: "{path} contains a damaged CRL or certificate",
        _NO_FILES: (
            "SSLCARevocationCheck is on, but neither SSLCARevocationFile nor SSLCARevocationPath "
            "is set"
        ),
    }
    help = {
        "": "Set it to a file of CRLs in PEM form, or remove the line.",
        _NO_FILES: "Set SSLCARevocationFile, or remove SSLCARevocationCheck.",
    }
    by_hand = (
        Check(
            "Count the CRLs in the file. It has none.",
            "grep -c 'BEGIN X509 CRL' certs/not-a-certificate.pem",
        ),
    )
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLCARevocationFile certs/not-a-certificate.pem")
        ),
        Example(CACHE + tls_host("SSLUseStapling on", "SSLCARevocationFile certs/truncated.pem")),
        Example(CACHE + tls_host("SSLUseStapling on", "SSLCARevocationFile certs/cut-crl.pem")),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLCARevocationCheck leaf"), log_id="AH01899"
        ),
    )
    good = (
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLCARevocationCheck chain no_crl_for_cert_ok",
                "SSLCARevocationFile certs/crl.pem",
            )
        ),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLCARevocationFile certs/chain.pem",
                certificate="leaf-only",
            )
        ),
        Example(CACHE + tls_host("SSLUseStapling on", "SSLCARevocationCheck none")),
        Example(
            CACHE
            + tls_host("SSLUseStapling on")
            + "<VirtualHost *:80>\nSSLCARevocationCheck leaf\n</VirtualHost>\n"
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if site.ssl_directives.by_name.keys().isdisjoint((_CHECK, _FILE)):
            return
        hosts_of: dict[Directive, list[Host]] = {}
        for host in site.tls_hosts:
            for key in (_CHECK, _FILE):
                directive = host.setting(key)
                if directive is not None and (key == _FILE or _lacks_files(directive, host)):
                    hosts_of.setdefault(directive, []).append(host)
        for directive, hosts in hosts_of.items():
            variant = _NO_FILES if directive.key == _CHECK else _problem(directive, site)
            if variant is not None:
                yield self.finding(
                    directive_subject(directive),
                    variant=variant,
                    log_id="AH01899" if variant == _NO_FILES else None,
                    hosts=hosts,
                    path=first_argument(directive),
                )


def _lacks_files(check: Directive, host: Host) -> bool:
    is_on = first_argument(check).lower() in ("leaf", "chain")
    return is_on and host.setting(_FILE) is None and host.setting(_FOLDER) is None


def _problem(directive: Directive, site: Site) -> CrlProblem | None:
    path, _ = site.configuration.certificate_file_of(directive)
    may_read = site.configuration.may_read_certificate(path)
    return crl_problem(path, site.reader) if may_read else None
