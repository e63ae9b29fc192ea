"""AS116."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.commands import COMMANDS, PathKind
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import value_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

# Other rules check the files that may contain the issuer.
_OF_ISSUERS = frozenset({"sslcertificatechainfile", "sslcacertificatefile", "sslcacertificatepath"})


class FileMissing(DirectiveRule):
    """A file or folder that a directive of mod_ssl names does not exist, or is empty.

    httpd checks it when it executes the directive, also for a host without TLS. If the
    configuration is in a repository instead of on its server, missing files are not reported.
    """

    code = "AS116"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    names = frozenset(COMMANDS) - _OF_ISSUERS
    message = {
        PathKind.FILE: "{path} does not exist, or is empty",
        PathKind.FOLDER: "{path} is not a folder",
        PathKind.ANY: "{path} does not exist",
        "": "",
    }
    help = "Correct the path, or remove the line."
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLCARevocationFile certs/missing.pem"),
            rejection="does not exist or is empty",
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLCARevocationPath certs/missing"),
            rejection="does not exist",
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLOpenSSLConfCmd DHParameters certs/none"),
            rejection="does not exist or is empty",
        ),
        Example(
            CACHE
            + tls_host("SSLUseStapling on", "SSLOCSPResponderCertificateFile certs/missing.pem"),
            rejection="does not exist or is empty",
        ),
        Example(
            "SSLPassPhraseDialog exec:missing\n" + CACHE + tls_host("SSLUseStapling on"),
            rejection="does not exist",
        ),
        Example(
            CACHE
            + tls_host("SSLUseStapling on")
            + "<VirtualHost *:8080>\n    SSLCertificateFile certs/missing.pem\n</VirtualHost>\n",
            rejection="does not exist or is empty",
        ),
        Example(
            CACHE + tls_host("SSLOCSPResponderCertificateFile certs/missing.pem"),
            rejection="does not exist or is empty",
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on", "SSLCADNRequestFile certs/chain.pem")),)

    def asks_for(self, key: str, site: Site) -> bool:
        return site.certificates_required and super().asks_for(key, site)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        named = COMMANDS[directive.key].named_path(directive.arguments)
        if named is None:
            return
        kind, written = named
        path = site.configuration.here(written)
        if not site.configuration.may_read_certificate(path) or _is_there(kind, path):
            return
        # Rules of their own are about certificates and keys of hosts with TLS.
        if (directive.source, directive.number) not in site.files_of_tls_hosts:
            yield self.finding(value_subject(directive), variant=kind, path=written)


def _is_there(kind: PathKind, path: str) -> bool:
    match kind:
        case PathKind.FILE:
            return os.path.isfile(path) and os.path.getsize(path) > 0
        case PathKind.FOLDER:
            return os.path.isdir(path)
        case PathKind.ANY:
            return os.path.exists(path)
