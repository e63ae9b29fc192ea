"""AS316."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Finding, Severity
from apachestaple.rules.rule import CACHE, DirectiveRule, Example, tls_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site

_CHAIN = "SSLCertificateChainFile certs/{}.pem"


class ChainMissing(DirectiveRule):
    """A file or folder that may hold the issuer's certificate is not there.

    httpd looks for SSLCertificateChainFile, SSLCACertificateFile and SSLCACertificatePath when it
    reads them. Where configurations are kept away from their server, they are not expected.
    """

    code = "AS316"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    names = frozenset({"sslcertificatechainfile", "sslcacertificatefile", "sslcacertificatepath"})
    bad = Example(
        CACHE + tls_host("SSLUseStapling on", _CHAIN.format("missing")),
        rejection="does not exist or is empty",
    )
    good = Example(
        CACHE + tls_host("SSLUseStapling on", _CHAIN.format("chain"), certificate="leaf-only")
    )

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Files that are missing or empty, and folders that are missing."""
        name = first_argument(directive)
        if not site.certificates_required or not name:
            return
        path = site.configuration.here(name)
        if directive.key.endswith("path"):
            there, what = os.path.isdir(path), "is not a folder"
        else:
            there = os.path.isfile(path) and os.path.getsize(path) > 0
            what = "is not there, or is empty"
        if not there:
            yield self.finding(
                directive.place, f"{name} {what}", "Correct the path, or remove the line."
            )
