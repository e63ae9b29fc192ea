"""What a cause means, which rule it belongs to and what to do, from the log alone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.certificates.pem import CertificateReader
from apachestaple.log.responder_messages import RESPONDER
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.ocsp.switched_off import switched_off

if TYPE_CHECKING:
    from apachestaple.log.causes import Cause

_RESPONDER = frozenset(message.log_id for message in RESPONDER)
# EINPROGRESS: httpd did not wait for the connection (apr_socket_connect with a timeout of 0).
_IN_PROGRESS = "115"
# APR_TIMEUP.
_TIME_UP = "70007"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a cause means.

    Attributes:
        rule: code of the rule, or ``None``.
        rules: codes of those that it may be, where only the configuration tells.
        meaning, repair: in one sentence each.

    """

    rule: str | None
    rules: tuple[str, ...]
    meaning: str
    repair: str


def diagnose(cause: Cause) -> Diagnosis:
    """What went wrong."""
    message, values = cause.line.message, cause.line.values
    meaning = message.meaning.format_map(_Named(values))
    repair, rules = message.repair, message.rules
    if message.log_id in _RESPONDER | {"AH01941"}:
        meaning += f" ({values['reason'].lower()})" if values.get("reason") else ""
        return _responder(cause, meaning)
    match message.log_id:
        case "AH02217" if values.get("subject") == values.get("issuer", ""):
            rules = ("AS307",)
            meaning = (
                "the certificate is self-signed, and nobody vouches for it; clients get no staple"
            )
            repair = "Switch stapling off for this host: SSLUseStapling off."
        case "AH01939" | "AH01940" if has_web_characters(values.get("uri", "")):
            rules = ("AS106",)
            meaning += "; its quotes come from a web page"
            repair = (
                "Write plain quotes in SSLStaplingForceURL, or none, as `apachestaple fix` does."
            )
        case "AH01940" if _is_from_elsewhere(values.get("uri", ""), cause.certificate):
            rules = ("AS402",)
            repair = "Give SSLStaplingForceURL an http:// URL, or remove it."
        case "AH02969" if values.get("verdict") == "unknown":
            rules = ("AS420",)
            repair = (
                "Ask the certificate authority why its responder does not know the certificate; "
                "one that is just issued may be known later."
            )
        case "AH00845" if not cause.is_stored:
            rules = ()
            meaning = (
                "a cache is full and drops what is still good; whether that of stapling or of TLS "
                "sessions, only LogLevel ssl:debug tells"
            )
        case "AH01926" | "AH01936":
            return Diagnosis(None, rules, meaning, repair)
        case "AH00804" if values.get("status") == "13":
            rules = ()
    return Diagnosis(rules[0] if rules else None, rules, meaning, repair)


def _responder(cause: Cause, meaning: str) -> Diagnosis:
    """The responder was asked in vain."""
    message, values = cause.line.message, cause.line.values
    repair, rules = message.repair, message.rules
    if "AH01941" not in {message.log_id, *cause.followed_by}:
        meaning += "; no AH01941 follows, so this may be the check of a client's certificate"
        return Diagnosis(None, (), meaning, repair)
    entry = switched_off(f"http://{values.get('responder', '')}/")
    if entry:
        meaning += f"; {entry.authority} switched it off on {entry.since}"
        return Diagnosis(
            "AS403", ("AS403",), meaning, "Switch stapling off for this host: SSLUseStapling off."
        )
    proxy = values.get("what") == "proxy"
    if proxy and ":" not in values.get("responder", ""):
        meaning += "; the port of a proxy has no default"
        repair = "Name host and port: SSLOCSPProxyURL http://proxy.example.com:3128."
        return Diagnosis("AS404", ("AS404",), meaning, repair)
    if values.get("status") == _IN_PROGRESS:
        meaning += "; httpd did not wait at all: SSLStaplingResponderTimeout is 0 for it"
        repair = "Write the number of seconds in digits: SSLStaplingResponderTimeout 5."
        return Diagnosis("AS110", ("AS110", "AS105"), meaning, repair)
    if values.get("status") == _TIME_UP:
        meaning += "; the handshake waited for it, and clients get tryLater as a staple"
        repair = f"Give SSLStaplingResponderTimeout 5 seconds or less. {repair}"
        return Diagnosis("AS406", ("AS406", *rules), meaning, repair)
    rule = "AS502" if cause.served_before else "AS503"
    return Diagnosis(rule, rules, meaning + TRY_LATER[rule], repair)


TRY_LATER = {
    "AS502": "; clients get tryLater as a staple, and it is asked again at every handshake",
    "AS503": "; with httpd's defaults clients get tryLater as a staple",
}


def _is_from_elsewhere(uri: str, path: str | None) -> bool:
    """Whether the certificate at the path that the log names is here, and has another first URI."""
    if path is None or not os.path.isfile(path):
        return False
    leaf = CertificateReader().read(path).leaf
    return leaf is not None and leaf.is_understood and uri not in leaf.ocsp_uris[:1]


class _Named(dict[str, str]):
    """What is cut off is left out."""

    def __missing__(self, name: str) -> str:
        return "…"
