"""AS322."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.certificates.pem import Problem
from apachestaple.filesystem.reading import names_in
from apachestaple.mod_ssl.host_certificates import CHAINS_ELSEWHERE
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

_CHAIN, _FILE, _FOLDER = CHAINS_ELSEWHERE
_LOG_IDS = {_CHAIN: "AH01903", _FILE: "AH01895", _FOLDER: "AH01896"}


class UnusableCaFile(ServerRule):
    """A file or folder of CA certificates exists, but httpd cannot use it.

    `httpd -t` checks that it exists. When the server starts, it reads the certificates and exits if
    SSLCertificateChainFile has a damaged certificate, SSLCACertificateFile has no certificate or a
    damaged one, or SSLCACertificatePath has no file with a certificate.
    """

    code = "AS322"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH01895"
    message = {
        "": "{path} contains no certificate that OpenSSL can read",
        "damaged": "{path} contains a damaged certificate",
        "folder": "no file in {path} contains a certificate",
    }
    help = "Set it to the PEM file of the CA certificates, or remove the line."
    by_hand = (
        Check(
            "Count the certificates in the file. It has none.",
            "grep -c 'BEGIN CERT' certs/not-a-certificate.pem",
        ),
    )
    bad = (
        Example(
            CACHE
            + tls_host("SSLUseStapling on", "SSLCACertificateFile certs/not-a-certificate.pem")
        ),
        Example(CACHE + tls_host("SSLUseStapling on", "SSLCACertificateFile certs/truncated.pem")),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLCACertificatePath logs"), log_id="AH01896"
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLCertificateChainFile certs/truncated.pem"),
            log_id="AH01903",
        ),
    )
    good = (
        Example(CACHE + tls_host("SSLUseStapling on", "SSLCACertificateFile certs/chain.pem")),
        Example(CACHE + tls_host("SSLUseStapling on", "SSLCACertificatePath certs")),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling off",
                "SSLCertificateChainFile certs/not-a-certificate.pem",
                certificate="self-signed",
            )
        ),
        Example(
            CACHE
            + tls_host("SSLUseStapling on")
            + "<VirtualHost *:80>\nSSLCACertificateFile certs/truncated.pem\n</VirtualHost>\n"
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        keys = site.ssl_directives.by_name.keys() & _LOG_IDS.keys()
        in_force: dict[Directive, list[Host]] = {}
        for key in sorted(keys):
            for host in site.tls_hosts:
                directive = host.setting(key)
                if directive is not None:
                    in_force.setdefault(directive, []).append(host)
        for directive, hosts in in_force.items():
            variant = _unusable(directive, site)
            if variant is not None:
                yield self.finding(
                    directive_subject(directive),
                    variant=variant,
                    hosts=hosts,
                    log_id=_LOG_IDS[directive.key],
                    path=first_argument(directive),
                )


def _unusable(directive: Directive, site: Site) -> str | None:
    """The variant of the message; ``None`` if httpd can use the file, or if it was not read."""
    path, _ = site.configuration.certificate_file_of(directive)
    if not site.configuration.may_read_certificate(path):
        return None
    if directive.key == _FOLDER:
        return None if _has_certificate(path, site) else "folder"
    problem = site.reader.read(path).problem
    if problem is Problem.DAMAGED:
        return "damaged"
    return "" if problem is Problem.NO_CERTIFICATE and directive.key == _FILE else None


def _has_certificate(folder: str, site: Site) -> bool:
    """Whether a file in a folder, whatever its name, has a certificate; true without a folder."""
    try:
        names = names_in(folder)
    except OSError:
        return True
    paths = (os.path.join(folder, name) for name in names)
    return any(
        site.reader.read(path).leaf or site.reader.read(path).chain
        for path in paths
        if site.configuration.may_read_certificate(path)
    )
