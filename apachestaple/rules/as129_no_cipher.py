"""AS129."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.ciphers import selects_none, tls13_selects_none
from apachestaple.mod_ssl.hosts import TLS13_CIPHERS
from apachestaple.rules.finding import Confidence, Effect, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import value_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
from apachestaple.rules.finding import Finding

_ON = "SSLUseStapling on"


class NoCipher(HostRule):
    """SSLCipherSuite names no cipher that OpenSSL knows.

    OpenSSL ignores words that it does not know, and distinguishes upper and lower case. The ciphers
    of TLS 1.3 (TLS_AES_128_GCM_SHA256) have a list of their own: `SSLCipherSuite TLSv1.3 …`. If a
    list selects no cipher, `httpd -t` passes, and the server exits.
    """

    code = "AS129"
    severity = Severity.ERROR
    # Other versions of OpenSSL have other ciphers.
    confidence = Confidence.LIKELY
    effect = Effect.DOES_NOT_START
    log_id = "AH01898"
    settings = frozenset({"sslciphersuite", TLS13_CIPHERS})
    tls = True
    message = {
        "": "{written} selects no cipher",
        "tls13": "{written} selects no cipher of TLS 1.3",
    }
    help = {
        "": "Name ciphers or groups that `openssl ciphers` accepts, such as HIGH:!aNULL.",
        "tls13": "Name ciphers of TLS 1.3, such as TLS_AES_256_GCM_SHA384.",
    }
    bad = (
        Example(CACHE + tls_host(_ON, "SSLCipherSuite high:!aNULL")),
        Example(CACHE + tls_host(_ON, "SSLCipherSuite TLS_AES_256_GCM_SHA384")),
        Example(CACHE + tls_host(_ON, "SSLCipherSuite TLSv1.3 HIGH"), log_id="AH10127"),
    )
    good = (
        Example(
            CACHE
            + tls_host(
                _ON,
                "SSLCipherSuite ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE+AESGCM",
                "SSLCipherSuite TLSv1.3 TLS_AES_256_GCM_SHA384",
            )
        ),
    )

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        for directive in host.cipher_suites:
            words = directive.arguments
            if "${" in directive.raw or not words:
                continue
            is_tls13 = len(words) == 2 and words[0] == "TLSv1.3"
            suite = words[-1] if len(words) < 3 else ""
            if suite and (tls13_selects_none(suite) if is_tls13 else selects_none(suite)):
                yield self._found(directive, host, suite, is_tls13=is_tls13)

    def _found(self, directive: Directive, host: Host, suite: str, *, is_tls13: bool) -> Finding:
        return self.finding(
            value_subject(directive),
            variant="tls13" if is_tls13 else "",
            hosts=(host,),
            log_id="AH10127" if is_tls13 else None,
            written=suite,
        )
