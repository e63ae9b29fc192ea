"""The directives that stapling hangs on, as a table.

Source: modules/ssl/mod_ssl.c (ssl_config_cmds) for place and arguments, ssl_engine_config.c for
what each accepts, ssl_util_stapling.c (modssl_init_stapling) for the defaults.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from apachestaple.httpd.numbers import atoi
from apachestaple.ocsp.uri import parse_uri


class Kind(StrEnum):
    """How httpd reads the argument."""

    FLAG = "On/Off"
    SECONDS = "seconds"
    CACHE = "provider[:arguments]"
    URL = "URL"
    PROXY = "URL of a proxy"


class StaplingDirective(NamedTuple):
    """One directive.

    Attributes:
        name: as httpd spells it.
        kind: how httpd reads its argument.
        default: what is in force where it is not set; ``None`` where nothing is.
        in_virtual_host: whether a virtual host may set it.
        since: the first version of httpd that has it.

    """

    name: str
    kind: Kind
    default: str | int | None
    in_virtual_host: bool = True
    since: tuple[int, int, int] = (2, 3, 3)

    def problem(self, words: list[str]) -> str | None:
        """What httpd has against these arguments, or ``None``."""
        if self.kind is Kind.FLAG:
            # What follows the first word is ignored.
            good = bool(words) and words[0].lower() in ("on", "off")
            return None if good else f"{self.name} must be On or Off"
        if len(words) != 1 or not words[0]:
            return f"{self.name} takes one argument, and here are {len(words)}"
        if self.kind is Kind.SECONDS and atoi(words[0]) < 0:
            return f"{self.name} takes no negative number"
        # A responder's URL is not looked at before it is asked.
        if self.kind is Kind.PROXY and parse_uri(words[0]) is None:
            return f"{self.name}: Cannot parse URL {words[0]}"
        return None


_TABLE = (
    StaplingDirective("SSLUseStapling", Kind.FLAG, "off"),
    StaplingDirective("SSLStaplingCache", Kind.CACHE, None, in_virtual_host=False),
    StaplingDirective("SSLStaplingResponderTimeout", Kind.SECONDS, 10),
    StaplingDirective("SSLStaplingStandardCacheTimeout", Kind.SECONDS, 3600),
    StaplingDirective("SSLStaplingErrorCacheTimeout", Kind.SECONDS, 600),
    StaplingDirective("SSLStaplingResponseTimeSkew", Kind.SECONDS, 300),
    StaplingDirective("SSLStaplingResponseMaxAge", Kind.SECONDS, None),
    StaplingDirective("SSLStaplingReturnResponderErrors", Kind.FLAG, "on"),
    StaplingDirective("SSLStaplingFakeTryLater", Kind.FLAG, "on"),
    StaplingDirective("SSLStaplingForceURL", Kind.URL, None),
    StaplingDirective("SSLOCSPProxyURL", Kind.PROXY, None, since=(2, 4, 19)),
)

# mod_md staples since then, for certificates that it does not manage as well.
MOD_MD_STAPLES_SINCE = (2, 4, 42)

STAPLING_DIRECTIVES = {directive.name.lower(): directive for directive in _TABLE}

# Further directives of mod_ssl that a name may be, so that none is taken for a misspelt one.
_OTHER_NAMES = """
SSLCACertificateFile SSLCACertificatePath SSLCADNRequestFile SSLCADNRequestPath
SSLCARevocationCheck SSLCARevocationFile SSLCARevocationPath SSLCertificateChainFile
SSLCertificateFile SSLCertificateKeyFile SSLCipherSuite SSLClientHelloVars SSLCompression
SSLCryptoDevice SSLEngine SSLFIPS SSLHonorCipherOrder SSLInsecureRenegotiation SSLLog SSLLogLevel
SSLMutex SSLOCSPDefaultResponder SSLOCSPEnable SSLOCSPNoverify SSLOCSPOverrideResponder
SSLOCSPResponderCertificateFile SSLOCSPResponderTimeout SSLOCSPResponseMaxAge
SSLOCSPResponseTimeSkew SSLOCSPUseRequestNonce SSLOpenSSLConfCmd SSLOptions SSLPassPhraseDialog
SSLPolicy SSLProtocol SSLProxyCACertificateFile SSLProxyCACertificatePath
SSLProxyCARevocationCheck SSLProxyCARevocationFile SSLProxyCARevocationPath SSLProxyCheckPeerCN
SSLProxyCheckPeerExpire SSLProxyCheckPeerName SSLProxyCipherSuite SSLProxyEngine
SSLProxyMachineCertificateChainFile SSLProxyMachineCertificateFile
SSLProxyMachineCertificatePath SSLProxyProtocol SSLProxyVerify SSLProxyVerifyDepth SSLRandomSeed
SSLRenegBufferSize SSLRequire SSLRequireSSL SSLRequestSSL SSLSRPUnknownUserSeed SSLSRPVerifierFile
SSLSessionCache SSLSessionCacheTimeout SSLSessionTicketKeyFile SSLSessionTickets
SSLStrictSNIVHostCheck SSLUserName SSLVerifyClient SSLVerifyDepth SSLVHostSNIPolicy
"""

SSL_NAMES = frozenset(STAPLING_DIRECTIVES) | frozenset(_OTHER_NAMES.lower().split())
