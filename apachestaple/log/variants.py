"""Table of replacements for diagnoses, if more is known than the message contains."""

from __future__ import annotations

from apachestaple.log.cache_messages import CACHE_REMOVED, MEMORY
from apachestaple.log.diagnosis import Variant
from apachestaple.log.outcome import Outcome
from apachestaple.log.stapling_messages import (
    APPEND_ISSUER,
    OTHERS_URL,
    REACH,
    TURN_OFF,
    WAIT_FOR_MOD_MD,
)

# -- from the log alone -------------------------------------------------------------------------

SELF_SIGNED = Variant(
    ("AS307",),
    problem="the certificate is self-signed, so no OCSP responder can answer for it",
    repair=TURN_OFF,
)
# mod_md installs this certificate until it has obtained the real one (MD_FALLBACK_CERT).
FALLBACK = Variant(
    (),
    problem="mod_md has not obtained the certificate yet, and the host has mod_md's self-signed "
    "fallback certificate until then",
    repair=WAIT_FOR_MOD_MD,
)
# The size in the message is that of the freed cache, which is arbitrary.
CACHE_GONE = Variant(
    (),
    problem="httpd was reloaded without the SSLStaplingCache that it had, and used the freed cache",
    outcome=Outcome.EXITS_AT_RELOAD,
    repair=CACHE_REMOVED,
)
CACHE_MAY_BE_GONE = Variant(
    (),
    explanation="httpd was being reloaded, so SSLStaplingCache was probably removed "
    "from its configuration, and httpd used the freed cache",
    outcome=Outcome.EXITS_AT_RELOAD,
    repair=f"If the line was removed: {CACHE_REMOVED} If it is still there: {MEMORY}",
)
ENDED_AT_RELOAD = Variant(
    (),
    problem="httpd ended during a reload without a message, and was started again",
    explanation="a likely cause is that SSLStaplingCache was removed from its configuration",
    repair="If the line was removed, nothing is left to do. Next time, keep it, or remove it while "
    "httpd is stopped: apachectl graceful and apachectl restart are reloads. If it was not "
    "removed, the crash has another cause.",
)
WEAK_KEY = Variant(
    ("AS319",),
    problem="OpenSSL refuses a certificate in {path}: its key is too small",
    repair="Replace it with a certificate that has a larger key (RSA: 2048 bits or more).",
)
WEAK_SIGNATURE = Variant(
    ("AS319",),
    problem="OpenSSL refuses a certificate in {path}: its signature uses a weak digest",
    repair="Replace it with a certificate that is signed with SHA-256 or better.",
)
NO_PASS_PHRASE = Variant(
    ("AS320",),
    problem="the private key in {key} needs a pass phrase, and httpd could not read it from a "
    "terminal or a program",
    repair="Store the key without a pass phrase, or set SSLPassPhraseDialog to a program that "
    "prints it.",
)
DBM_TOO_SMALL = Variant(
    ("AS214",),
    explanation="a dbm cache stores responses up to 928 bytes",
    repair="Use shmcb, as in SSLStaplingCache shmcb:stapling(512000).",
)
SERVER_MISSING = Variant(
    ("AS213",),
    explanation="the cache servers cannot be reached, or refuse the response",
    repair="Start the servers of SSLStaplingCache, or correct their hosts and ports.",
)
WEB_CHARACTERS = Variant(
    ("AS106",),
    explanation="the URL has typographic quotes or spaces, probably copied from a web page",
    repair="Write plain quotes or none in SSLStaplingForceURL; `apachestaple fix` does it.",
)
UNKNOWN_CERTIFICATE = Variant(
    ("AS420", "AS330"),
    repair="Ask the certificate authority why its responder does not know the certificate. If the "
    "certificate was issued today, wait: the responder may know it later. If the chain has a "
    "certificate of the issuer's name with another key (AS330), replace that.",
)
ANY_CACHE = Variant(
    (),
    problem="a cache is full, so httpd drops an entry that is still valid to store another one; "
    "only LogLevel ssl:debug tells whether it is the stapling cache or that of TLS sessions",
)
FILE_DENIED = Variant(())
CLIENT_CERTIFICATE = Variant(
    (),
    explanation="AH01941 does not follow, so the query may be for a client certificate "
    "(SSLOCSPEnable)",
)
SWITCHED_OFF = Variant(
    ("AS403",),
    explanation="{authority} switched this responder off on {since}",
    repair=TURN_OFF,
)
PROXY_WITHOUT_PORT = Variant(
    ("AS404",),
    explanation="SSLOCSPProxyURL has no port, and httpd has no default port for a proxy",
    repair="Write host and port of the proxy: SSLOCSPProxyURL http://proxy.example.com:3128.",
)
TIMEOUT_ZERO = Variant(
    ("AS110", "AS105"),
    explanation="SSLStaplingResponderTimeout is 0, so httpd does not wait for the connection",
    outcome=Outcome.TRY_LATER_BY_DEFAULT,
    repair="Write the number of seconds in digits: SSLStaplingResponderTimeout 5.",
)
TIMED_OUT = Variant(
    outcome=Outcome.TRY_LATER_AFTER_TIMEOUT,
    repair=f"Set SSLStaplingResponderTimeout to 5 seconds or less. {REACH}",
)
ERROR_STAPLED = Variant(outcome=Outcome.TRY_LATER_BY_DEFAULT)
ASKED_EACH_TIME = Variant(outcome=Outcome.TRY_LATER_EACH_TIME)

# -- with the configuration ---------------------------------------------------------------------

FORCE_URL = Variant(("AS402",), repair="Set SSLStaplingForceURL to an http:// URL, or remove it.")
CERTIFICATE_URI = Variant(
    ("AS401",),
    repair="Turn stapling off for this host, or set SSLStaplingForceURL to an http:// URL.",
)
WRONG_ISSUER = Variant(
    ("AS330",),
    explanation="httpd's queries contain the wrong issuer, because a certificate with the issuer's "
    "name and another key is first",
    repair="Replace that certificate in the chain with the issuer's; `apachestaple fix` does it if "
    "another host has the issuer's certificate.",
)
NO_ISSUER = Variant(repair=APPEND_ISSUER)
NO_RESPONDER = Variant(repair=TURN_OFF)
ISSUER_BY_ANOTHER = Variant(
    ("AS317",),
    problem="the issuer's certificate is not in the chain of this host; another host with the "
    "certificate provides it",
    outcome=Outcome.STAPLED_BY_ANOTHER,
    repair="Set SSLCertificateChainFile as that host has it, or append the issuer's certificate to "
    "SSLCertificateFile; `apachestaple fix` does it.",
)
RESPONDER_BY_ANOTHER = Variant(
    ("AS318",),
    problem="the certificate has no OCSP responder URL, and SSLStaplingForceURL is set for another "
    "host with it, but not for this one",
    outcome=Outcome.ABORTS_WITHOUT_RESPONSE,
    repair=OTHERS_URL,
)
RETURNS_ERRORS = Variant(("AS503",), outcome=Outcome.TRY_LATER)
FAKES_TRY_LATER = Variant(("AS502",), outcome=Outcome.TRY_LATER_EACH_TIME)
NO_ERROR_STAPLED = Variant((), outcome=Outcome.NO_STAPLE_EACH_TIME)
