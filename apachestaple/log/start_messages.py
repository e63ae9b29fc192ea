"""Messages of mod_ssl's start about stapling, and about the certificates of hosts.

They are in ssl_engine_init.c and ssl_scache.c. The message about a client's server name is in
ssl_engine_kernel.c and is logged later.
"""

from __future__ import annotations

from apachestaple.log.message import consequence, context, logged_by, problem
from apachestaple.log.outcome import Outcome
from apachestaple.log.stapling_messages import WAIT_FOR_MOD_MD

_REASON = "The next line of the log (SSL Library Error) names the reason."
_CERTIFICATE = f"{_REASON} The file must have the server's certificate first, then its issuers."
# Messages for which OpenSSL gives a reason, in a separate line.
WITH_LIBRARY_ERROR = frozenset({"AH01895", "AH02561", "AH02562", "AH02564"})

START = logged_by(
    "ssl",
    *(
        problem(
            number,
            text,
            "httpd cannot use the certificate in {path}",
            Outcome.DOES_NOT_START,
            _CERTIFICATE,
            "AS303",
            names="index path",
        )
        for number, text in (
            ("AH02561", "Failed to configure certificate %s, check %s"),
            ("AH02562", "Failed to configure certificate %s (with chain), check %s"),
        )
    ),
    problem(
        "AH02564",
        "Failed to configure encrypted (?) private key %s, check %s",
        "httpd cannot use the private key in {key}",
        Outcome.DOES_NOT_START,
        f"{_REASON} SSLCertificateKeyFile must name the PEM file with the certificate's key.",
        "AS311",
        names="index key",
    ),
    context(
        "AH02578",
        "Init: Unable to read pass phrase [Hint: key introduced or changed before restart?]",
        "httpd could not read the pass phrase of a private key",
        "",
    ),
    problem(
        "AH02580",
        "Init: Pass phrase incorrect for key %s",
        "the pass phrase of a private key is wrong",
        Outcome.DOES_NOT_START,
        "Correct what the program of SSLPassPhraseDialog prints, or store the key without a pass "
        "phrase.",
        names="index",
    ),
    problem(
        "AH01895",
        "Unable to configure verify locations for client authentication",
        "the file of SSLCACertificateFile has no certificate, or a damaged one",
        Outcome.DOES_NOT_START,
        f"{_REASON} Set it to a PEM file of CA certificates, or remove the line.",
        "AS322",
    ),
    problem(
        "AH01896",
        "Unable to determine list of acceptable CA certificates for client authentication",
        "no file in the folder of SSLCACertificatePath has a certificate",
        Outcome.DOES_NOT_START,
        "Put CA certificates into the folder, or remove the line.",
        "AS322",
    ),
    problem(
        "AH01903",
        "Failed to configure CA certificate chain!",
        "the file of SSLCertificateChainFile has a damaged certificate",
        Outcome.DOES_NOT_START,
        "Set it to a PEM file of the issuers' certificates, or remove the line.",
        "AS322",
    ),
    problem(
        "AH01899",
        "Host %s: CRL checking has been enabled, but neither %sCARevocationFile nor "
        "%sCARevocationPath is configured",
        "SSLCARevocationCheck is on, but no CRLs are configured",
        Outcome.DOES_NOT_START,
        "Set SSLCARevocationFile or SSLCARevocationPath, or remove SSLCARevocationCheck.",
        "AS323",
        names="_ _ _",
    ),
    problem(
        "AH01901",
        "Host %s: unable to configure X.509 CRL storage for certificate revocation",
        "the file of SSLCARevocationFile has no CRL, or a damaged one",
        Outcome.DOES_NOT_START,
        f"{_REASON} Set SSLCARevocationFile to a PEM file of CRLs, or remove the line.",
        "AS323",
        names="_",
    ),
    problem(
        "AH02407",
        '"SSLOpenSSLConfCmd %s %s" failed for %s',
        "OpenSSL refuses SSLOpenSSLConfCmd {command} {value}",
        Outcome.DOES_NOT_START,
        "Correct the value or the file that it names. If the log has a line SSL Library Error, it "
        "names the reason.",
        "AS324",
        names="command value _",
    ),
    problem(
        "AH02565",
        "Certificate and private key %s from %s and %s do not match",
        "the first certificate in {path} does not match its private key",
        Outcome.DOES_NOT_START,
        "Set SSLCertificateKeyFile to the key of this certificate, and put the server's own "
        "certificate first in the file.",
        "AS312",
        names="index path _",
    ),
    problem(
        "AH01906",
        "%s server certificate is a CA certificate (BasicConstraints: CA == TRUE !?)",
        "the host's certificate is a CA certificate; clients may refuse it",
        None,
        "Issue a server certificate for the host.",
        "AS314",
        names="index",
    ),
    problem(
        "AH10085",
        "Init: %s will respond with '503 Service Unavailable' for now. There are no SSL "
        "certificates configured and no other module contributed any.",
        "the host has no certificate yet, and has mod_md's self-signed fallback certificate until "
        "then",
        Outcome.UNAVAILABLE,
        WAIT_FOR_MOD_MD,
        names="host",
    ),
    problem(
        "AH02572",
        "Failed to configure at least one certificate and key for %s",
        "SSLEngine is on for the host, but the host has no certificate",
        Outcome.DOES_NOT_START,
        "Set SSLCertificateFile for the host, or turn SSLEngine off.",
        "AS308",
        names="host",
    ),
    consequence(
        "AH02604",
        "Unable to configure certificate %s:%d for stapling",
        "httpd could not prepare the certificate for stapling",
        Outcome.NO_STAPLE,
        "See the preceding line of the log: AH02217, AH02218 or AH02814 names the reason.",
        names="host _",
    ),
    consequence(
        "AH02312",
        "Fatal error initialising mod_ssl, exiting.",
        "httpd could not initialise mod_ssl",
        Outcome.DOES_NOT_START,
        "See the preceding line of the log, which names the reason.",
    ),
    context(
        "AH02568",
        "Certificate and private key %s configured from %s and %s",
        "httpd has loaded a host's certificate",
        "index path _",
    ),
    consequence(
        "AH01872",
        "Could not initialize stapling cache. Exiting.",
        "httpd could not create the stapling cache",
        Outcome.DOES_NOT_START,
        "See the preceding line of the log, which names the reason. `apachestaple lint` checks "
        "SSLStaplingCache.",
        "AS206",
        "AS209",
    ),
    problem(
        "AH02231",
        "No SSL protocols available [hint: SSLProtocol]",
        "SSLProtocol leaves a host no protocol",
        Outcome.DOES_NOT_START,
        "Begin the list with all, as in SSLProtocol all -TLSv1 -TLSv1.1.",
        "AS128",
    ),
    *(
        problem(
            number,
            text,
            "SSLCipherSuite selects no cipher",
            Outcome.DOES_NOT_START,
            "Name ciphers that `openssl ciphers` accepts. Those of TLS 1.3 have a list of their "
            "own: SSLCipherSuite TLSv1.3 ….",
            "AS129",
        )
        for number, text in (
            ("AH01898", "Unable to configure permitted SSL ciphers"),
            ("AH10127", "Unable to configure permitted TLSv1.3 ciphers"),
        )
    ),
    *(
        problem(number, text, said, None, repair, "AS131", names="host _ _")
        for number, text, said, repair in (
            (
                "AH01915",
                "Init: (%s) You configured HTTPS(%d) on the standard HTTP(%d) port!",
                "the host has TLS on port 80, the standard port of HTTP",
                "Use port 443, or turn SSLEngine off.",
            ),
            (
                "AH01916",
                "Init: (%s) You configured HTTP(%d) on the standard HTTPS(%d) port!",
                "SSLEngine is off for the host on port 443, the standard port of HTTPS",
                "Use port 80, or turn SSLEngine on.",
            ),
        )
    ),
    problem(
        "AH10510",
        "'SSLEngine optional' is no longer supported",
        "SSLEngine optional gives no TLS to clients",
        None,
        "Write SSLEngine on.",
        "AS127",
    ),
    context(
        "AH02043",
        "SSL virtual host for servername %s found",
        "a client names the host that it connects to",
        "host",
    ),
)

# mod_ssl logs the errors of OpenSSL without a number (ssl_log_ssl_error).
LIBRARY_ERROR = logged_by(
    "ssl", context(None, "SSL Library Error: %s", "OpenSSL names a reason", "library_error")
)
