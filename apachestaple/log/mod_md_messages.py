"""The messages of mod_md about stapling (mod_md_ocsp.c, mod_md.c and md_ocsp.c)."""

from __future__ import annotations

from apachestaple.log.message import consequence, information, logged_by, problem
from apachestaple.log.outcome import Outcome
from apachestaple.log.stapling_messages import INSPECT

_CHAIN = "Put the issuer's certificate after the server's certificate in SSLCertificateFile."
_WATCHDOG = "Load mod_watchdog, which runs mod_md's background work."

_ONE_DOMAIN = (
    "Put all names of the host into one MDomain, or set MDMatchNames servernames, so that aliases "
    "do not count."
)

MOD_MD = logged_by(
    "md",
    problem(
        "AH10038",
        "two Managed Domains have an overlap in domain '%s', first definition in %s(line %d), "
        "second in %s(line %d)",
        "{name} is in two managed domains",
        Outcome.DOES_NOT_START,
        "Remove the name from one of the two MDomain directives or sections.",
        "AS120",
        names="name _ _ _ _",
    ),
    problem(
        "AH10238",
        "conflict: %d MDs match Virtualhost %s which uses SSL, however there can be at most 1.",
        "the host has names of several managed domains, so mod_md gives it no certificate",
        Outcome.DOES_NOT_START,
        _ONE_DOMAIN,
        "AS120",
        names="_ host",
    ),
    consequence(
        "AH10042",
        "conflict: %d MDs match to SSL VirtualHost %s, there can at most be one.",
        "the host has names of several managed domains",
        Outcome.DOES_NOT_START,
        _ONE_DOMAIN,
        "AS120",
        names="_ host",
    ),
    *(
        problem(
            number,
            text,
            said,
            Outcome.DOES_NOT_START,
            "Write one MDCertificateKeyFile for each MDCertificateFile, in the same order.",
            "AS121",
            names="name",
        )
        for number, text, said in (
            (
                "AH10170",
                "The Managed Domain '%s' needs one MDCertificateKeyFile for each "
                "MDCertificateFile.",
                "the managed domain {name} has not one MDCertificateKeyFile for each "
                "MDCertificateFile",
            ),
            (
                "AH10171",
                "The Managed Domain '%s' has MDCertificateKeyFile(s) but no MDCertificateFile.",
                "the managed domain {name} has MDCertificateKeyFile, but no MDCertificateFile",
            ),
        )
    ),
    information(
        "AH10197",
        "md ocsp watchdog start, ocsp stapling %d certificates",
        "mod_md starts to staple",
    ),
    information(
        "AH10198",
        "md ocsp watchdog run, ocsp stapling %d certificates",
        "mod_md checks which responses it has to renew",
    ),
    information("AH10199", "md ocsp watchdog next run in %s", "mod_md waits for its next check"),
    information("AH10200", "md ocsp watchdog stopping", "mod_md stops to staple"),
    *(
        problem(
            number,
            text,
            "mod_md could not start its background work, which stapling needs",
            None,
            _WATCHDOG,
        )
        for number, text in (
            ("AH10201", "mod_watchdog is required for OCSP stapling"),
            ("AH10202", "create md ocsp watchdog(%s)"),
            ("AH10205", "md_ocsp_watchdog: create pool"),
        )
    ),
    information("AH10203", "register md ocsp watchdog(%s)", "mod_md starts to staple"),
    *(
        problem(number, text, said, Outcome.NO_STAPLE, _CHAIN, "AS305", names="host")
        for number, text, said in (
            (
                "AH10268",
                "init stapling for: %s, unable to parse PEM data",
                "mod_md could not parse the certificate file",
            ),
            (
                "AH10269",
                "init stapling for: %s, need at least 2 certificates in PEM data",
                "the issuer's certificate is not in the chain",
            ),
        )
    ),
    problem(
        "AH10196",
        "setup ocsp registry",
        "mod_md could not set up its store of OCSP responses",
        None,
        "Check the folder that MDStoreDir names.",
    ),
)

# mod_md logs these through its own function, without a number (md_log_perror).
UNNUMBERED = logged_by(
    "md",
    problem(
        None,
        "md[%s]: certificate with serial %s has no OCSP responder URL",
        "the certificate has no OCSP responder URL, so mod_md does not staple it",
        None,
        "No change is necessary. To remove the message, set MDStapling to off for this host.",
        "AS304",
        names="_ serial",
    ),
    problem(
        None,
        "md[%s]: unable to create OCSP certid for certificate with serial %s",
        "mod_md could not make an OCSP request for the certificate",
        Outcome.NO_STAPLE,
        INSPECT,
        names="_ serial",
    ),
    problem(
        None,
        "OCSP status update failed (%d. time)",
        "mod_md received no usable response",
        Outcome.LAST_RESPONSE_STAPLED,
        "Make the responder reachable from this server; `apachestaple responders` lists hosts and "
        "ports.",
    ),
)
