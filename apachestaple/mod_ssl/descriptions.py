"""What the directives for stapling do, in a few sentences each, for people."""

from __future__ import annotations

from typing import NamedTuple

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES, Kind

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#"


class Description(NamedTuple):
    """A directive.

    Attributes:
        name: name in httpd's spelling.
        argument: what its argument is.
        default: what httpd does if it is not set, such as a value.
        text: what it does.
        in_virtual_host: whether a virtual host may set it.

    """

    name: str
    argument: str
    default: str
    text: str
    in_virtual_host: bool = True

    @property
    def where(self) -> str:
        """The contexts in which httpd accepts it."""
        return "main server, virtual host" if self.in_virtual_host else "main server"

    @property
    def manual(self) -> str:
        """Its section in httpd's manual."""
        return _MANUAL + self.name.lower()


_STAPLING = {
    "SSLUseStapling": (
        "Turns OCSP stapling on: httpd queries the OCSP responder of the certificate and sends the "
        "response to clients in the handshake. It needs SSLStaplingCache in the main server. A "
        "virtual host without it has the setting of the main server."
    ),
    "SSLStaplingCache": (
        "Sets the cache for OCSP responses, which all hosts share. Without it, httpd does not "
        "start if a host with TLS has stapling on. If it is set twice, httpd uses the last one."
    ),
    "SSLStaplingResponderTimeout": (
        "Timeout of a query, in seconds. It applies to connecting, sending and receiving, and to "
        "each address of the responder. The handshake waits for the query."
    ),
    "SSLStaplingStandardCacheTimeout": (
        "How long a response stays in the cache, in seconds, unless it expires earlier. A failed "
        "query is cached for this time as well if httpd sends tryLater for it."
    ),
    "SSLStaplingErrorCacheTimeout": (
        "How long an error of the responder stays in the cache, in seconds."
    ),
    "SSLStaplingResponseTimeSkew": (
        "By how many seconds the clock of the responder may differ from the clock of the server."
    ),
    "SSLStaplingResponseMaxAge": (
        "The age in seconds up to which a response is used. Without it, the age is not limited, "
        "and only the response says how long it is valid."
    ),
    "SSLStaplingReturnResponderErrors": (
        "Sends errors of the responder to clients. With off, SSLStaplingFakeTryLater must be off "
        "as well, or httpd sends tryLater instead."
    ),
    "SSLStaplingFakeTryLater": (
        "Sends the error tryLater to clients if a query fails and "
        "SSLStaplingReturnResponderErrors is off."
    ),
    "SSLStaplingForceURL": (
        "The URL of the OCSP responder, instead of the OCSP URI in the certificate. It must start "
        "with http://; with another scheme, httpd aborts the handshakes of clients that ask for a "
        "staple."
    ),
    "SSLOCSPProxyURL": (
        "The URL of an HTTP proxy for queries to OCSP responders, for stapling and for the "
        "verification of client certificates."
    ),
}

_OTHERS = (
    Description(
        "SSLEngine",
        "on|off",
        "off; on for a host with a certificate that is on a Listen for https",
        "Turns TLS on. Only hosts with TLS staple.",
    ),
    Description(
        "SSLCertificateFile",
        "FILE",
        "none",
        "The certificate in PEM format, with the intermediate certificates after it. To staple, "
        "mod_ssl needs the certificate of the issuer, usually the first one after it.",
    ),
    Description(
        "SSLCertificateKeyFile",
        "FILE",
        "the key in SSLCertificateFile",
        "The private key of the certificate, in PEM format.",
    ),
    Description(
        "SSLCertificateChainFile",
        "FILE",
        "the certificates in SSLCertificateFile",
        "The intermediate certificates. They replace those in SSLCertificateFile.",
    ),
    Description(
        "SSLCACertificateFile",
        "FILE",
        "none",
        "Certificates of authorities, to verify client certificates. mod_ssl also looks there for "
        "the issuer that it needs for stapling.",
    ),
    Description(
        "SSLCACertificatePath",
        "FOLDER",
        "none",
        "A folder with certificates of authorities, to verify client certificates. mod_ssl also "
        "looks there for the issuer that it needs for stapling.",
    ),
)

_ARGUMENTS = {
    Kind.FLAG: "on|off",
    Kind.SECONDS: "SECONDS",
    Kind.CACHE: "PROVIDER[:ARGUMENTS]",
    Kind.URL: "URL",
    Kind.PROXY: "URL",
}

DESCRIPTIONS = {
    description.name.lower(): description
    for description in (
        *(
            Description(
                directive.name,
                _ARGUMENTS[directive.kind],
                "none" if directive.default is None else str(directive.default),
                _STAPLING[directive.name],
                directive.in_virtual_host,
            )
            for directive in STAPLING_DIRECTIVES.values()
        ),
        *_OTHERS,
    )
}
