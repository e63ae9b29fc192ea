"""The messages of mod_ssl's start that decide on stapling, or tell whose certificate is whose."""

from __future__ import annotations

from apachestaple.log.message import context, fault, follows, logged_in

_FILE = "Put the certificate there in PEM form, the server's own first, its issuers after it."

START = (
    *logged_in(
        "ssl_engine_init.c",
        fault(
            "AH02561",
            "Failed to configure certificate %s, check %s",
            "{path} holds no certificate that httpd can use, so it does not start",
            _FILE,
            "AS303",
            names="index path",
        ),
        fault(
            "AH02562",
            "Failed to configure certificate %s (with chain), check %s",
            "{path} holds no certificate that httpd can use, so it does not start",
            _FILE,
            "AS303",
            names="index path",
        ),
        fault(
            "AH02564",
            "Failed to configure encrypted (?) private key %s, check %s",
            "{key} holds no private key that httpd can use, so it does not start",
            "Put the certificate's private key there in PEM form, or name the file that has it.",
            "AS311",
            names="index key",
        ),
        fault(
            "AH02565",
            "Certificate and private key %s from %s and %s do not match",
            "the first certificate of {path} does not belong to the key, so httpd does not start",
            "Name the key of this certificate, and let the server's own certificate stand first "
            "in the file.",
            "AS312",
            names="index path _",
        ),
        fault(
            "AH01906",
            "%s server certificate is a CA certificate (BasicConstraints: CA == TRUE !?)",
            "the certificate of the host is that of an authority; clients may refuse it",
            "Give the host a certificate of its own.",
            "AS314",
            names="index",
        ),
        fault(
            "AH02572",
            "Failed to configure at least one certificate and key for %s",
            "the host has SSLEngine on and no certificate, so httpd does not start",
            "Give it SSLCertificateFile, or switch SSLEngine off.",
            "AS308",
            names="host",
        ),
        follows(
            "AH02604",
            "Unable to configure certificate %s:%d for stapling",
            "httpd could not prepare the certificate for stapling; clients get no staple",
            "Look at the line before it: AH02217 or AH02218 say why.",
            names="host _",
        ),
        context(
            "AH02568",
            "Certificate and private key %s configured from %s and %s",
            "a host has got its certificate",
            "index path _",
        ),
    ),
    *logged_in(
        "ssl_scache.c",
        follows(
            "AH01872",
            "Could not initialize stapling cache. Exiting.",
            "the stapling cache could not be set up, so httpd does not start",
            "Look at the line before it: it says why. `apachestaple lint` checks SSLStaplingCache.",
            "AS206",
            "AS209",
        ),
    ),
    *logged_in(
        "ssl_engine_kernel.c",
        context(
            "AH02043",
            "SSL virtual host for servername %s found",
            "a client names the host that it wants",
            "host",
        ),
    ),
)
