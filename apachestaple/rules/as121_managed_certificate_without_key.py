"""AS121."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.rule import MOD_MD, Example, managed_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


def _example(content: str) -> str:
    return f"{MOD_MD}<MDomain www.example.com>\n{content}</MDomain>\n{managed_host()}"


_CERTIFICATE = "    MDCertificateFile certs/good.pem\n"
_KEY = "    MDCertificateKeyFile certs/good.key\n"


class ManagedCertificateWithoutKey(ServerRule):
    """A managed domain does not have one MDCertificateKeyFile for each MDCertificateFile.

    mod_md does not look for the key in the file of the certificate (merge_mds_with_conf). `httpd
    -t` passes, and the server exits.
    """

    code = "AS121"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH10170"
    needs_whole = True
    message = (
        "the managed domain {name} has MDCertificateFile {certificates} times and "
        "MDCertificateKeyFile {keys} times"
    )
    help = "Write one MDCertificateKeyFile for each MDCertificateFile, in the same order."
    bad = (Example(_example(_CERTIFICATE)), Example(_example(_KEY), log_id="AH10171"))
    good = (Example(_example(_CERTIFICATE + _KEY)),)

    def check(self, site: Site) -> Iterator[Finding]:
        for domain in site.managed_domains:
            certificates, keys = len(domain.certificates), len(domain.keys)
            if certificates != keys:
                yield self.finding(
                    directive_subject((domain.certificates or domain.keys)[0]),
                    log_id="AH10170" if certificates else "AH10171",
                    name=domain.name,
                    certificates=certificates,
                    keys=keys,
                )
