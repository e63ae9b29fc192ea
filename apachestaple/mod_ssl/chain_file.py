"""SSLCertificateChainFile: what OpenSSL refuses to send of it.

Source: OpenSSL, ssl/statem/statem_lib.c (ssl_add_cert_chain).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.strength import weakest
from apachestaple.mod_ssl.host_certificates import Files, sent_chain
from apachestaple.mod_ssl.security_level import security_level

if TYPE_CHECKING:
    from apachestaple.certificates.certificate import Certificate
    from apachestaple.certificates.strength import Weakness
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


def weak_in_chain_file(host: Host, site: Site) -> tuple[Certificate, Weakness] | None:
    """The certificate of the file that is too weak for the security level of a host."""
    directive = host.setting("SSLCertificateChainFile")
    if directive is None or not host.is_tls:
        return None
    files = Files(site.configuration, site.reader)
    own = {certificate.file.path for certificate in host.certificates if certificate.file}
    return weakest(tuple(sent_chain(files.read(directive), own)), security_level(host).level)
