"""AS320."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.keys import KeyProblem
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Confidence, Effect, Severity
from apachestaple.rules.kinds.key import KeyRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import key_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_DIALOG = "SSLPassPhraseDialog |/usr/bin/yes\n"


class EncryptedKey(KeyRule):
    """The private key needs a pass phrase, and no program supplies it.

    By default, httpd asks for the pass phrase in the terminal in which it is started. If there is
    no terminal, such as after a reboot, httpd exits. SSLPassPhraseDialog can name a program that
    prints the pass phrase.
    """

    problems = frozenset({KeyProblem.ENCRYPTED})
    code = "AS320"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    effect = Effect.DOES_NOT_START
    log_id = "AH02564"
    needs_whole = True
    message = "the key in {path} needs a pass phrase, so httpd does not start without a terminal"
    help = (
        "Store the key without a pass phrase, readable by root only, or name a program that prints "
        "the pass phrase: SSLPassPhraseDialog exec:/path/of/program."
    )
    by_hand = (Check("See whether the key is encrypted.", "grep ENCRYPTED certs/encrypted.key"),)
    bad = (Example(CACHE + tls_host("SSLUseStapling on", key="encrypted")),)
    good = (Example(_DIALOG + CACHE + tls_host("SSLUseStapling on", key="encrypted")),)

    def check(
        self, problem: KeyProblem, certificate: HostCertificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        dialog = site.main.setting("SSLPassPhraseDialog")
        if dialog is not None and first_argument(dialog).lower() != "builtin":
            return
        yield self.finding(
            key_subject(certificate),
            hosts=(host,),
            certificate=certificate,
            path=first_argument(certificate.key_directive or certificate.directive),
        )
