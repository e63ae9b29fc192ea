"""The messages of mod_md about stapling."""

from __future__ import annotations

from apachestaple.log.message import fault, logged_in, ordinary

_CHAIN = "Let the certificate's issuer follow it in the file."
_WATCHDOG = "Load mod_watchdog, which does mod_md's work in the background."

MOD_MD = (
    *logged_in(
        "mod_md_ocsp.c",
        ordinary(
            "AH10197", "md ocsp watchdog start, ocsp stapling %d certificates", "mod_md staples"
        ),
        ordinary(
            "AH10198",
            "md ocsp watchdog run, ocsp stapling %d certificates",
            "mod_md looks which responses it has to renew",
        ),
        ordinary("AH10199", "md ocsp watchdog next run in %s", "mod_md waits"),
        ordinary("AH10200", "md ocsp watchdog stopping", "httpd stops"),
        *(
            fault(number, text, "mod_md cannot staple without its watchdog", _WATCHDOG)
            for number, text in (
                ("AH10201", "mod_watchdog is required for OCSP stapling"),
                ("AH10202", "create md ocsp watchdog(%s)"),
                ("AH10205", "md_ocsp_watchdog: create pool"),
            )
        ),
        ordinary("AH10203", "register md ocsp watchdog(%s)", "mod_md staples"),
        *(
            fault(number, text, meaning, _CHAIN, "AS305", names="host")
            for number, text, meaning in (
                (
                    "AH10268",
                    "init stapling for: %s, unable to parse PEM data",
                    "mod_md could not read the certificate; clients get no staple",
                ),
                (
                    "AH10269",
                    "init stapling for: %s, need at least 2 certificates in PEM data",
                    "the issuer's certificate is not in the chain; clients get no staple",
                ),
            )
        ),
    ),
    *logged_in(
        "mod_md.c",
        fault(
            "AH10196",
            "setup ocsp registry",
            "mod_md could not set up its store of responses",
            "Look at the folder that MDStoreDir names.",
        ),
    ),
)

# mod_md writes these through a function of its own, without a number (md_log_perror).
UNNUMBERED = logged_in(
    "md_ocsp.c",
    fault(
        None,
        "md[%s]: certificate with serial %s has no OCSP responder URL",
        "the certificate names no OCSP responder, so mod_md does not staple it",
        "Nothing, or MDStapling off: this certificate cannot be stapled.",
        "AS304",
        names="_ serial",
    ),
    fault(
        None,
        "md[%s]: unable to create OCSP certid for certificate with serial %s",
        "mod_md could not make an OCSP request for the certificate; clients get no staple",
        "Look at the certificate and its issuer with openssl x509 -text.",
        names="_ serial",
    ),
    fault(
        None,
        "OCSP status update failed (%d. time)",
        "mod_md got no answer that it can use; it staples the last response as long as that is "
        "valid, and tries again",
        "Let the server reach the responder: `apachestaple responders` lists host and port.",
    ),
)
