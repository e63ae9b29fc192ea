"""The messages of mod_ssl's stapling itself, and of the start that it keeps from happening."""

from __future__ import annotations

from apachestaple.log.message import fault, follows, logged_in, ordinary

_CLOCK = (
    "Look at the server's clock; SSLStaplingResponseTimeSkew (seconds, 300 by default) is how far "
    "it may be off, and SSLStaplingResponseMaxAge how old a response may be."
)
_REPORT = "If it comes back, tell the certificate authority: its responder's answer is malformed."
_MUTEX = "Look at the Mutex directive (ssl-stapling, ssl-stapling-refresh) and the folder it names."
_LARGER = "Give SSLStaplingCache a larger size; `apachestaple lint` says how large."
REACH = (
    "Let the server reach it (`apachestaple responders` lists host and port), or set "
    "SSLOCSPProxyURL; with SSLStaplingReturnResponderErrors off and SSLStaplingFakeTryLater off "
    "clients get no staple instead of the error."
)

STAPLING = logged_in(
    "ssl_util_stapling.c",
    fault(
        "AH02217",
        "ssl_stapling_init_cert: can't retrieve issuer certificate!",
        "the issuer's certificate is not in the chain, so httpd cannot ask for the status; clients "
        "get no staple",
        "Append the issuer's certificate to SSLCertificateFile, or switch stapling off for this "
        "host.",
        "AS305",
        "AS307",
    ),
    fault(
        "AH02218",
        "ssl_stapling_init_cert: no OCSP URI in certificate and no SSLStaplingForceURL set",
        "the certificate names no OCSP responder, and no SSLStaplingForceURL does; clients get no "
        "staple",
        "Switch stapling off for this host: SSLUseStapling off.",
        "AS304",
    ),
    fault(
        "AH02814",
        "ssl_stapling_init_cert: no OCSP URI in certificate and no SSLStaplingForceURL configured "
        "for server %s",
        "the certificate names no OCSP responder, and no SSLStaplingForceURL does; clients get no "
        "staple",
        "Switch stapling off for this host: SSLUseStapling off.",
        "AS304",
        names="host",
    ),
    fault(
        "AH02815",
        "ssl_stapling_init_cert: can't create CertID for OCSP request",
        "httpd could not make an OCSP request for the certificate; clients get no staple",
        "Look at the certificate and its issuer with openssl x509 -text.",
    ),
    follows(
        "AH01926",
        "stapling_get_certinfo: stapling not supported for certificate",
        "a client asked for the status of a certificate that httpd could not prepare for stapling "
        "when it started; it got no staple",
        "Look for AH02217 or AH02218 where httpd last started: they say why.",
        "AS304",
        "AS305",
        "AS307",
    ),
    fault(
        "AH01927",
        "OCSP stapling response encode error??",
        "httpd could not encode the response for its cache",
        _REPORT,
    ),
    fault(
        "AH01928",
        "OCSP stapling response too big (%u bytes)",
        "the response is longer than the 10239 bytes that httpd stores, so the responder is asked "
        "at every handshake",
        "Ask the certificate authority for responses without further certificates, or switch "
        "stapling off for this host.",
        "AS421",
    ),
    follows(
        "AH01929",
        "stapling_cache_response: OCSP response session store error!",
        "the cache did not take the response, so the responder is asked again",
        _LARGER,
        "AS207",
    ),
    ordinary("AH01930", "stapling_get_cached_response: cache miss", "no response was stored"),
    fault(
        "AH01931",
        "stapling_get_cached_response: response length invalid??",
        "what the cache gave back is no response",
        "Give stapling a cache of its own, which no other program writes to.",
    ),
    fault(
        "AH01932",
        "stapling_get_cached_response: response parse error??",
        "what the cache gave back is no response",
        "Give stapling a cache of its own, which no other program writes to.",
    ),
    ordinary("AH01933", "stapling_get_cached_response: cache hit", "a response was stored"),
    fault(
        "AH01934",
        "stapling_check_response: Error Parsing Response!",
        "the responder's answer has no basic response in it; clients get no staple",
        _REPORT,
        "AS414",
    ),
    fault(
        "AH01935",
        "stapling_check_response: certificate ID not present in response!",
        "the responder answered about another certificate",
        "Look whether SSLStaplingForceURL names the responder of this certificate's authority.",
        "AS416",
    ),
    fault(
        "AH01936",
        "stapling_check_response: response times invalid",
        "the responder's answer is not yet valid, or no longer; clients get no staple",
        _CLOCK,
        "AS407",
        "AS417",
    ),
    ordinary("AH01937", "stapling_check_response: cached response expired", "it is asked anew"),
    fault(
        "AH02969",
        "stapling_check_response: response has certificate status %s (reason: %s) for serial "
        "number %s",
        "the responder says that the certificate is {verdict}, and that is what clients get",
        "Replace the certificate.",
        "AS419",
        "AS420",
        names="verdict _ serial",
    ),
    ordinary("AH01938", "stapling_renew_response: querying responder", "the responder is asked"),
    fault(
        "AH02621",
        "stapling_renew_response: no uri for responder",
        "httpd knows no responder for the certificate; clients that ask for a status get a fatal "
        "alert",
        "Switch stapling off for this host: SSLUseStapling off.",
        "AS304",
    ),
    fault(
        "AH01939",
        "stapling_renew_response: Error parsing uri %s",
        "httpd cannot read the responder's address {uri}; clients that ask for a status get a "
        "fatal alert",
        "Set SSLStaplingForceURL to an http:// URL, or switch stapling off for this host.",
        "AS402",
        "AS401",
        "AS106",
        names="uri",
    ),
    fault(
        "AH01940",
        "stapling_renew_response: Unsupported uri %s",
        "httpd asks over http only, and the responder's address is {uri}; clients that ask for a "
        "status get a fatal alert",
        "Where it is SSLStaplingForceURL that says so (AS402), give that an http:// URL. Where it "
        "is the certificate, switch stapling off for this host, or set SSLStaplingForceURL.",
        "AS401",
        "AS402",
        "AS106",
        names="uri",
    ),
    follows(
        "AH01941",
        "stapling_renew_response: responder error",
        "the responder gave no answer that httpd can use; with httpd's defaults clients get "
        "tryLater as a staple",
        REACH,
        "AS503",
        "AS502",
        "AS403",
    ),
    ordinary("AH01942", "stapling_renew_response: query response received", "it answered"),
    follows(
        "AH01943",
        "stapling_renew_response: error in retrieved response!",
        "the responder's answer is of no use",
        _CLOCK,
    ),
    fault(
        "AH01944",
        "stapling_renew_response: responder error %s",
        "the responder answered {error}, and that is what clients get as a staple",
        "unauthorized mostly means that it does not know the certificate, or has stopped serving "
        "it: ask the certificate authority. Other errors pass; with "
        "SSLStaplingReturnResponderErrors off clients get no staple instead.",
        "AS503",
        "AS415",
        names="error",
    ),
    follows(
        "AH01945",
        "stapling_renew_response: error caching response!",
        "the cache did not take the response, so the responder is asked again",
        _LARGER,
        "AS207",
    ),
    *(
        fault(number, text, "the lock of stapling could not be set up in a child process", _MUTEX)
        for number, text in (
            ("AH01946", "Cannot reinit %s mutex with file `%s'"),
            ("AH01947", "Cannot reinit %s mutex"),
        )
    ),
    *(
        fault(number, text, "the lock of stapling could not be taken or given back", _MUTEX)
        for number, text in (
            ("AH01948", "Failed to acquire OCSP %s lock"),
            ("AH01949", "Failed to release OCSP %s lock"),
        )
    ),
    ordinary("AH01950", "stapling_cb: OCSP Stapling disabled", "stapling is off for this host"),
    ordinary("AH01951", "stapling_cb: OCSP Stapling callback called", "a client asks for a status"),
    ordinary("AH01952", "stapling_cb: retrieved cached certificate data", "httpd can ask for it"),
    ordinary("AH01953", "stapling_cb: retrieved cached response", "a stored response is looked at"),
    ordinary("AH01954", "stapling_cb: renewing cached response", "a new response is needed"),
    follows(
        "AH01955",
        "stapling_cb: fatal error renewing response",
        "httpd could not ask the responder; the client that asked for a status got a fatal alert",
        "Look at the first OCSP URI of the certificate and at SSLStaplingForceURL: httpd asks "
        "over http only.",
        "AS401",
        "AS402",
    ),
    ordinary("AH01956", "stapling_cb: setting response", "the client gets a staple"),
    ordinary("AH01957", "stapling_cb: no suitable response available", "the client gets none"),
    ordinary("AH03040", "stapling_cb: success renewing response", "there is a new response"),
    ordinary(
        "AH03236",
        "stapling_cb: error checking for cached response after obtaining refresh mutex",
        "the response that another thread has fetched is of no use",
    ),
    ordinary(
        "AH03237",
        "stapling_cb: don't need to refresh cached response after obtaining refresh mutex",
        "another thread has fetched it meanwhile",
    ),
    ordinary(
        "AH03238",
        "stapling_cb: still must refresh cached response after obtaining refresh mutex",
        "no other thread has fetched it meanwhile",
    ),
    fault(
        "AH01958",
        "SSLStapling: no stapling cache available",
        "stapling is on and there is no SSLStaplingCache, so httpd does not start",
        "Set SSLStaplingCache in the main server, as `apachestaple fix` does.",
        "AS201",
    ),
    fault(
        "AH01959",
        "SSLStapling: cannot initialise stapling mutex",
        "the locks of stapling could not be made, so httpd does not start",
        _MUTEX,
    ),
    ordinary("AH01960", "OCSP stapling initialized", "stapling is on for a host"),
    ordinary("AH10177", "OCSP stapling added via hook", "mod_md staples for a certificate"),
)
