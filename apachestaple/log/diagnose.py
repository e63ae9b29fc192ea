"""Makes the diagnosis of a cause from the log alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apachestaple.log import variants
from apachestaple.log.cause import OF_RESPONDER
from apachestaple.log.server_messages import BEGINS_RELOAD
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.ocsp.switched_off import switched_off

if TYPE_CHECKING:
    from apachestaple.log.cause import Cause
    from apachestaple.log.diagnosis import Diagnosis, Variant

# EINPROGRESS: httpd did not wait for the connection (apr_socket_connect with a timeout of 0).
_IN_PROGRESS = "115"
# APR_TIMEUP.
_TIME_UP = "70007"
# EACCES.
_DENIED = "13"
# The subject of mod_md's fallback certificate (md_reg.c).
_FALLBACK = "CN=Apache Managed Domain Fallback"
# OpenSSL's messages: "ee key too small", "ca key too small", "ca md too weak".
_LIBRARY_ERRORS = {"key too small": variants.WEAK_KEY, "md too weak": variants.WEAK_SIGNATURE}


def diagnose(cause: Cause) -> Diagnosis:
    """The diagnosis of a cause."""
    message = cause.line.message
    facts = dict(cause.line.facts)
    if cause.library_error:
        facts["library_error"] = cause.library_error
    diagnosis = replace(message.diagnosis, facts=facts)
    if message.log_id in OF_RESPONDER | {"AH01941"}:
        return _of_query(cause, diagnosis)
    if message.log_id in ("AH01926", "AH01936"):
        # Only messages at httpd's start, or the configuration, show which rule it is.
        return replace(diagnosis, rule=None)
    variant = _variant(cause, facts)
    return variant.of(diagnosis) if variant else diagnosis


def _variant(cause: Cause, facts: dict[str, str]) -> Variant | None:
    if cause.line.message.log_id in BEGINS_RELOAD:
        return variants.ENDED_AT_RELOAD
    uri = facts.get("uri", "")
    match cause.line.message.log_id:
        case "AH02217" if facts.get("subject") == _FALLBACK:
            return variants.FALLBACK
        case "AH02217" if facts.get("subject") == facts.get("issuer", ""):
            return variants.SELF_SIGNED
        case "AH02561" | "AH02562":
            library_error = cause.library_error or ""
            return next((v for words, v in _LIBRARY_ERRORS.items() if words in library_error), None)
        case "AH02564" if cause.lacks_pass_phrase:
            return variants.NO_PASS_PHRASE
        case "AH01939" | "AH01940" if has_web_characters(uri):
            return variants.WEB_CHARACTERS
        case "AH02969" if facts.get("verdict") == "unknown":
            return variants.UNKNOWN_CERTIFICATE
        case "AH00820" | "AH01872" if cause.at_reload and _is_of_stapling(cause):
            return variants.CACHE_GONE
        case "AH00819" if cause.at_reload and _is_of_stapling(cause):
            return variants.CACHE_MAY_BE_GONE
        case "AH00845" if not cause.is_stored:
            return variants.ANY_CACHE
        case "AH00804" if facts.get("status") == _DENIED:
            return variants.FILE_DENIED
    return None


def _is_of_stapling(cause: Cause) -> bool:
    """Whether the cache is that of stapling, and not that of TLS sessions."""
    return "AH01872" in {cause.line.message.log_id, *cause.followed_by}


def _of_query(cause: Cause, diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis of a failed query."""
    facts = diagnosis.facts
    responder, status = facts.get("responder", ""), facts.get("status")
    if "AH01941" not in {cause.line.message.log_id, *cause.followed_by}:
        return variants.CLIENT_CERTIFICATE.of(diagnosis)
    entry = switched_off(f"http://{responder}/")
    if entry:
        known = {"authority": entry.authority, "since": str(entry.since)}
        return variants.SWITCHED_OFF.of(diagnosis, **known)
    if facts.get("what") == "proxy" and ":" not in responder:
        return variants.PROXY_WITHOUT_PORT.of(diagnosis)
    if status == _IN_PROGRESS:
        return variants.TIMEOUT_ZERO.of(diagnosis)
    if status == _TIME_UP:
        return replace(
            variants.TIMED_OUT.of(diagnosis), rule="AS406", rules=("AS406", *diagnosis.rules)
        )
    if cause.served_before:
        return replace(variants.ASKED_EACH_TIME.of(diagnosis), rule="AS502")
    return replace(variants.ERROR_STAPLED.of(diagnosis), rule="AS503")
