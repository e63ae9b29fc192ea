"""The messages of mod_ssl's stapling code (ssl_util_stapling.c)."""

from __future__ import annotations

from apachestaple.log.message import consequence, information, logged_by, problem
from apachestaple.log.outcome import Outcome

REACH = (
    "Make the responder reachable from this server (`apachestaple responders` lists hosts and "
    "ports), or set SSLOCSPProxyURL. To send no staple instead of the error, set both "
    "SSLStaplingReturnResponderErrors and SSLStaplingFakeTryLater to off."
)
WAIT_FOR_MOD_MD = (
    "Keep stapling on. Wait until mod_md has obtained the certificate, then reload httpd; if it "
    "does not, search for [md:error] in the log."
)
TURN_OFF = "Turn stapling off for this host: SSLUseStapling off."
INSPECT = "Inspect the certificate and its issuer with `openssl x509 -text`."
_CLOCK = (
    "Check the clock of this server. SSLStaplingResponseTimeSkew (default: 300 seconds) is the "
    "clock difference that httpd accepts, SSLStaplingResponseMaxAge the maximum age of a response."
)
_REPORT = "If it happens again, report it to the certificate authority: the response is malformed."
_MUTEX = (
    "Check the Mutex directive (types ssl-stapling and ssl-stapling-refresh) and the folder that "
    "it names."
)
_LARGER = "Increase the size in SSLStaplingCache; `apachestaple lint` calculates it."
_OWN_CACHE = "Give stapling a cache of its own to which no other program writes."
_NO_RESPONDER = (
    "the certificate has no OCSP responder URL, and SSLStaplingForceURL is not set for the host"
)

APPEND_ISSUER = (
    "Append the issuer's certificate to SSLCertificateFile, or turn stapling off for this host."
)
OTHERS_URL = (
    "Set SSLStaplingForceURL for this host as well, or in the main server; `apachestaple fix` does "
    "it."
)

STAPLING = logged_by(
    "ssl",
    problem(
        "AH02217",
        "ssl_stapling_init_cert: can't retrieve issuer certificate!",
        "the issuer's certificate is not in the chain, so httpd cannot make an OCSP request",
        Outcome.NO_STAPLE,
        f"{APPEND_ISSUER} If clients get a staple nevertheless, another host with this certificate "
        "provides the issuer (AS317): use the SSLCertificateChainFile of that host here as well.",
        "AS305",
        "AS307",
        "AS317",
    ),
    problem(
        "AH02218",
        "ssl_stapling_init_cert: no OCSP URI in certificate and no SSLStaplingForceURL set",
        _NO_RESPONDER,
        Outcome.NO_STAPLE,
        f"{TURN_OFF} If another host with this certificate has SSLStaplingForceURL, set it here as "
        "well: without it, httpd aborts handshakes while the cache has no response (AH02621).",
        "AS304",
        "AS318",
    ),
    problem(
        "AH02814",
        "ssl_stapling_init_cert: no OCSP URI in certificate and no SSLStaplingForceURL configured "
        "for server %s",
        "the certificate has no OCSP responder URL, and SSLStaplingForceURL is set for another "
        "host with this certificate, but not for this one",
        Outcome.ABORTS_WITHOUT_RESPONSE,
        OTHERS_URL,
        "AS318",
        names="host",
    ),
    problem(
        "AH02815",
        "ssl_stapling_init_cert: can't create CertID for OCSP request",
        "httpd could not make an OCSP request for the certificate",
        Outcome.NO_STAPLE,
        INSPECT,
    ),
    consequence(
        "AH01926",
        "stapling_get_certinfo: stapling not supported for certificate",
        "a client requested a staple for a certificate that httpd could not prepare for stapling "
        "at its start",
        Outcome.NO_STAPLE,
        "Search for AH02217 or AH02218 at the last start of httpd; they name the reason.",
        "AS304",
        "AS305",
        "AS307",
    ),
    problem(
        "AH01927",
        "OCSP stapling response encode error??",
        "httpd could not encode the response to store it in the cache",
        Outcome.QUERIED_AGAIN,
        _REPORT,
    ),
    problem(
        "AH01928",
        "OCSP stapling response too big (%u bytes)",
        "the response is larger than 10239 bytes, the maximum that httpd stores",
        Outcome.QUERIED_EACH_TIME,
        "Ask the certificate authority for smaller responses (without additional certificates), "
        "or turn stapling off for this host.",
        "AS421",
    ),
    consequence(
        "AH01929",
        "stapling_cache_response: OCSP response session store error!",
        "the response could not be stored in the cache",
        Outcome.QUERIED_AGAIN,
        _LARGER,
        "AS207",
    ),
    information("AH01930", "stapling_get_cached_response: cache miss", "no response in the cache"),
    *(
        problem(
            number,
            text,
            "the cache returned data that is not an OCSP response",
            Outcome.QUERIED_AGAIN,
            _OWN_CACHE,
        )
        for number, text in (
            ("AH01931", "stapling_get_cached_response: response length invalid??"),
            ("AH01932", "stapling_get_cached_response: response parse error??"),
        )
    ),
    information("AH01933", "stapling_get_cached_response: cache hit", "response found in cache"),
    problem(
        "AH01934",
        "stapling_check_response: Error Parsing Response!",
        "the responder's answer does not contain a basic OCSP response",
        Outcome.NO_STAPLE,
        _REPORT,
        "AS414",
    ),
    problem(
        "AH01935",
        "stapling_check_response: certificate ID not present in response!",
        "the responder's answer is about a different certificate",
        None,
        "Check that SSLStaplingForceURL is the URL of the responder of this certificate's issuer.",
        "AS416",
    ),
    problem(
        "AH01936",
        "stapling_check_response: response times invalid",
        "the response is not yet valid, or has expired",
        Outcome.NO_STAPLE,
        _CLOCK,
        "AS407",
        "AS417",
    ),
    information(
        "AH01937", "stapling_check_response: cached response expired", "cached response expired"
    ),
    problem(
        "AH02969",
        "stapling_check_response: response has certificate status %s (reason: %s) for serial "
        "number %s",
        "the responder reports that the certificate is {verdict}",
        Outcome.RESPONSE_STAPLED,
        "Replace the certificate.",
        "AS419",
        "AS420",
        "AS330",
        names="verdict _ serial",
    ),
    information(
        "AH01938", "stapling_renew_response: querying responder", "httpd queries the responder"
    ),
    problem(
        "AH02621",
        "stapling_renew_response: no uri for responder",
        "the cache has no response, and httpd knows no responder URL for this host: only another "
        "host with this certificate has SSLStaplingForceURL",
        Outcome.FATAL_ALERT,
        OTHERS_URL,
        "AS318",
    ),
    problem(
        "AH01939",
        "stapling_renew_response: Error parsing uri %s",
        "httpd cannot parse the responder URL {uri}",
        Outcome.FATAL_ALERT,
        "Set SSLStaplingForceURL to an http:// URL, or turn stapling off for this host.",
        "AS402",
        "AS401",
        "AS106",
        names="uri",
    ),
    problem(
        "AH01940",
        "stapling_renew_response: Unsupported uri %s",
        "the responder URL is {uri}, and httpd supports only http://",
        Outcome.FATAL_ALERT,
        "If SSLStaplingForceURL has this URL (AS402), change it to an http:// URL. If the "
        "certificate has it (AS401), turn stapling off for this host or set SSLStaplingForceURL.",
        "AS401",
        "AS402",
        "AS106",
        names="uri",
    ),
    consequence(
        "AH01941",
        "stapling_renew_response: responder error",
        "the responder sent no usable response",
        Outcome.TRY_LATER_BY_DEFAULT,
        REACH,
        "AS503",
        "AS502",
        "AS403",
    ),
    information(
        "AH01942", "stapling_renew_response: query response received", "the responder answered"
    ),
    consequence(
        "AH01943",
        "stapling_renew_response: error in retrieved response!",
        "the response is not usable",
        None,
        _CLOCK,
    ),
    problem(
        "AH01944",
        "stapling_renew_response: responder error %s",
        "the responder answered with the error {error}",
        Outcome.RESPONSE_STAPLED,
        "unauthorized usually means that the responder does not know the certificate or no longer "
        "serves it: ask the certificate authority. Other errors are usually temporary. To send no "
        "staple instead, set SSLStaplingReturnResponderErrors to off.",
        "AS503",
        "AS415",
        names="error",
    ),
    consequence(
        "AH01945",
        "stapling_renew_response: error caching response!",
        "the response could not be stored in the cache",
        Outcome.QUERIED_AGAIN,
        _LARGER,
        "AS207",
    ),
    *(
        problem(number, text, "a child process could not open the stapling mutex", None, _MUTEX)
        for number, text in (
            ("AH01946", "Cannot reinit %s mutex with file `%s'"),
            ("AH01947", "Cannot reinit %s mutex"),
        )
    ),
    problem(
        "AH01948",
        "Failed to acquire OCSP %s lock",
        "httpd could not acquire the stapling mutex",
        None,
        _MUTEX,
    ),
    problem(
        "AH01949",
        "Failed to release OCSP %s lock",
        "httpd could not release the stapling mutex",
        None,
        _MUTEX,
    ),
    information("AH01950", "stapling_cb: OCSP Stapling disabled", "stapling is off for the host"),
    information(
        "AH01951", "stapling_cb: OCSP Stapling callback called", "a client requests a staple"
    ),
    information(
        "AH01952", "stapling_cb: retrieved cached certificate data", "the certificate is known"
    ),
    information(
        "AH01953", "stapling_cb: retrieved cached response", "httpd checks a cached response"
    ),
    information("AH01954", "stapling_cb: renewing cached response", "httpd needs a new response"),
    consequence(
        "AH01955",
        "stapling_cb: fatal error renewing response",
        "httpd could not query the responder",
        Outcome.FATAL_ALERT,
        "Check SSLStaplingForceURL and the first OCSP URI of the certificate: httpd supports only "
        "http:// URLs.",
        "AS401",
        "AS402",
    ),
    information("AH01956", "stapling_cb: setting response", "the client gets a staple"),
    information(
        "AH01957", "stapling_cb: no suitable response available", "the client gets no staple"
    ),
    information(
        "AH03040", "stapling_cb: success renewing response", "httpd received a new response"
    ),
    information(
        "AH03236",
        "stapling_cb: error checking for cached response after obtaining refresh mutex",
        "the response that another thread received is not usable",
    ),
    information(
        "AH03237",
        "stapling_cb: don't need to refresh cached response after obtaining refresh mutex",
        "another thread has received a new response",
    ),
    information(
        "AH03238",
        "stapling_cb: still must refresh cached response after obtaining refresh mutex",
        "no other thread has received a new response",
    ),
    problem(
        "AH01958",
        "SSLStapling: no stapling cache available",
        "stapling is on, but SSLStaplingCache is not set",
        Outcome.DOES_NOT_START,
        "Set SSLStaplingCache in the main server; `apachestaple fix` does it.",
        "AS201",
    ),
    problem(
        "AH01959",
        "SSLStapling: cannot initialise stapling mutex",
        "httpd could not create the stapling mutexes",
        Outcome.DOES_NOT_START,
        _MUTEX,
    ),
    information("AH01960", "OCSP stapling initialized", "stapling is on for a host"),
    information("AH10177", "OCSP stapling added via hook", "mod_md staples for a certificate"),
)
