"""Messages of earlier versions of httpd: other texts, and numbers that are no longer used.

Source: the tags 2.4.0 to 2.4.62 of httpd.
"""

from __future__ import annotations

from apachestaple.log.message import consequence, logged_by, problem
from apachestaple.log.outcome import Outcome

_NOT_PREPARED = "httpd could not prepare the certificate for stapling"
_REASON = "See the preceding line of the log: AH02217 or AH02218 names the reason."

# The earlier text, and the last version with it.
OLDER_WORDINGS = {
    "AH02217": "ssl_stapling_init_cert: Can't retrieve issuer certificate!",  # 2.4.10
    "AH02218": "ssl_stapling_init_cert: no responder URL",  # 2.4.10
    "AH01926": "stapling_get_cert_info: stapling not supported for certificate",  # 2.4.10
    "AH01943": "stapling_renew_response: error in retreived response!",  # 2.4.4
    "AH01948": "Failed to acquire OCSP stapling lock",  # 2.4.12
    "AH01949": "Failed to release OCSP stapling lock",  # 2.4.12
    "AH01955": "stapling_cb: fatal error",  # 2.4.12
    "AH01957": "stapling_cb: no response available",  # 2.4.17
    "AH00818": "Could not use default path '%s' for shmcb socache",  # 2.4.39
}

OLDER = logged_by(
    "ssl",
    # 2.4.7
    consequence(
        "AH02235",
        "Unable to configure server certificate for stapling",
        _NOT_PREPARED,
        Outcome.NO_STAPLE,
        _REASON,
    ),
    # 2.4.8 to 2.4.62
    consequence(
        "AH02567",
        "Unable to configure certificate %s for stapling",
        _NOT_PREPARED,
        Outcome.NO_STAPLE,
        _REASON,
        names="index",
    ),
    # 2.4.10
    problem(
        "AH02215",
        "ssl_stapling_init_cert: certificate already initialized!",
        "httpd had prepared the certificate for another host or before a reload; until 2.4.10 "
        "that is an error",
        Outcome.NO_STAPLE,
        "Upgrade httpd.",
        "AS505",
    ),
)
