"""AS316."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_CHAIN = "SSLCertificateChainFile certs/{}.pem"


class ChainMissing(DirectiveRule):
    """A file or folder that may hold the issuer's certificate does not exist.

    httpd checks SSLCertificateChainFile, SSLCACertificateFile and SSLCACertificatePath when it
    reads them. If the configuration is in a repository instead of on its server, missing files are
    not reported.
    """

    code = "AS316"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    names = frozenset({"sslcertificatechainfile", "sslcacertificatefile", "sslcacertificatepath"})
    message = {
        "": "{path} does not exist, or is empty",
        "folder": "{path} is not a folder",
    }
    help = "Correct the path, or remove the line."
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling on", _CHAIN.format("missing")),
            rejection="does not exist or is empty",
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLCACertificatePath certs/missing"),
            rejection="does not exist|not a directory",
        ),
    )
    good = (
        Example(
            CACHE + tls_host("SSLUseStapling on", _CHAIN.format("chain"), certificate="leaf-only")
        ),
    )

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        name = first_argument(directive)
        if not site.certificates_required or not name:
            return
        path = site.configuration.here(name)
        is_folder = directive.key.endswith("path")
        if is_folder:
            exists = os.path.isdir(path)
        else:
            exists = os.path.isfile(path) and os.path.getsize(path) > 0
        if not exists:
            yield self.finding(
                directive_subject(directive), variant="folder" if is_folder else "", path=name
            )
