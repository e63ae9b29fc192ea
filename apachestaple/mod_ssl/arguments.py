"""Checks the arguments of mod_ssl's directives as httpd does.

Source: server/config.c (invoke_cmd) for their number, modules/ssl/ssl_engine_config.c for the rest.
Each check returns the message of `httpd -t`, or ``None``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TypeAlias

from apachestaple.httpd.numbers import atoi
from apachestaple.mod_ssl.cache import parse_cache
from apachestaple.ocsp.uri import parse_uri

# Called with the name of the directive and its arguments, after their number was checked.
Check: TypeAlias = Callable[[str, Sequence[str]], str | None]


class Takes(StrEnum):
    """The number of arguments, by the names of httpd's macros AP_INIT_…."""

    TAKE1 = "one argument"
    TAKE2 = "two arguments"
    TAKE12 = "1-2 arguments"
    TAKE23 = "two or three arguments"
    # Text after the first word is ignored.
    FLAG = "On or Off"
    # The handler splits the arguments itself.
    RAW_ARGS = "any arguments"


# Minimum and maximum, and the number of first arguments that must not be empty.
_NUMBERS = {
    Takes.TAKE1: (1, 1),
    Takes.TAKE2: (2, 2),
    Takes.TAKE12: (1, 2),
    Takes.TAKE23: (2, 3),
}


def number_problem(name: str, takes: Takes, words: Sequence[str]) -> str | None:
    """The message about the number of arguments; for a switch, also about its value."""
    if takes is Takes.RAW_ARGS:
        return None
    if takes is Takes.FLAG:
        is_switch = bool(words) and words[0].lower() in ("on", "off")
        return None if is_switch else f"{name} must be On or Off"
    fewest, most = _NUMBERS[takes]
    if fewest <= len(words) <= most and all(words[:fewest]):
        return None
    return f"{name} takes {takes}"


def anything(_name: str, _words: Sequence[str]) -> None:
    """Accept every argument."""


def one_of(*values: str, said: str = "{name}: Invalid argument '{word}'") -> Check:
    """Accept one of several words, in any case."""

    def check(name: str, words: Sequence[str]) -> str | None:
        (word,) = words
        return None if word.lower() in values else said.format(name=name, word=word)

    return check


def first_and_more(first: Sequence[str], more: str) -> Check:
    """Accept one of ``first``, followed by any number of ``more``."""

    def check(name: str, words: Sequence[str]) -> str | None:
        allowed = [tuple(first), *[(more,)] * (len(words) - 1)]
        for word, values in zip(words or [""], allowed, strict=True):
            if word.lower() not in values:
                return f"{name}: Invalid argument '{word}'"
        return None

    return check


def number(said: str) -> Check:
    """Accept everything that atoi does not read as a negative number."""

    def check(name: str, words: Sequence[str]) -> str | None:
        (word,) = words
        return said.format(name=name, word=word) if atoi(word) < 0 else None

    return check


def proxy_url(name: str, words: Sequence[str]) -> str | None:
    """SSLOCSPProxyURL. The URL of a responder is not checked before the query."""
    (url,) = words
    return f"{name}: Cannot parse URL {url}" if parse_uri(url) is None else None


def cipher_suite(_name: str, words: Sequence[str]) -> str | None:
    """SSLCipherSuite: ciphers, with an optional protocol before them."""
    protocol = words[0] if len(words) > 1 and words[1] else "SSL"
    return None if protocol in ("SSL", "TLSv1.3") else f"protocol '{protocol}' not supported"


def protocols(name: str, words: Sequence[str]) -> str | None:
    """SSLProtocol (ssl_cmd_protocol_parse), for an OpenSSL without SSLv3."""
    known = ("tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3", "all")
    for word in words:
        action = word[:1] if word[:1] in ("+", "-") else ""
        protocol = word[len(action) :]
        if protocol.lower() in ("sslv2", "sslv3") and action != "-":
            if protocol.lower() == "sslv2":
                return "SSLProtocol: SSLv2 is no longer supported"
            return "SSLv3 not supported by this version of OpenSSL"
        if protocol.lower() not in (*known, "sslv2", "sslv3"):
            return f"{name}: Illegal protocol '{protocol}'"
    return None


_PROTOCOLS = frozenset({"tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3"})


def enabled_protocols(words: Sequence[str]) -> frozenset[str]:
    """The protocols that SSLProtocol enables, in lower case; the words are valid."""
    enabled: frozenset[str] = frozenset()
    for word in words:
        action = word[:1] if word[:1] in ("+", "-") else ""
        name = word[len(action) :].lower()
        meant = _PROTOCOLS if name == "all" else frozenset({name}) & _PROTOCOLS
        if action == "-":
            enabled -= meant
        elif action == "+":
            enabled |= meant
        else:
            enabled = meant
    return enabled


_OPTIONS = frozenset(
    {
        *("stdenvvars", "exportcertdata", "fakebasicauth", "strictrequire", "optrenegotiate"),
        "legacydnstringformat",
    }
)


def options(name: str, words: Sequence[str]) -> str | None:
    """SSLOptions."""
    for word in words:
        option = word[1:] if word[:1] in ("+", "-") else word
        if option.lower() not in _OPTIONS:
            return f"{name}: Illegal option '{option}'"
    return None


def session_cache(name: str, words: Sequence[str]) -> str | None:
    """SSLSessionCache, except what depends on the loaded modules."""
    (word,) = words
    if word.lower() in ("none", "nonenotnull"):
        return None
    refusal = parse_cache(word).refusal
    return f"{name}: {refusal}" if refusal else None


def random_seed(name: str, words: Sequence[str]) -> str | None:
    """SSLRandomSeed."""
    context, source = words[:2]
    if context.lower() not in ("startup", "connect"):
        return f"{name}: invalid context: `{context}'"
    if source.startswith("egd:") and len(source) > len("egd:"):
        return (
            f"Invalid SSLRandomSeed entropy source `{source}': this version of OpenSSL does not "
            "support the Entropy Gathering Daemon (EGD)"
        )
    if len(words) == 3 and words[2]:
        if source.lower() == "builtin":
            return f"{name}: byte specification not allowed for builtin seed source"
        if atoi(words[2]) < 0:
            return f"{name}: invalid number of bytes specified"
    return None


def pass_phrase_dialog(name: str, words: Sequence[str]) -> str | None:
    """SSLPassPhraseDialog."""
    (word,) = words
    is_valid = word.lower() == "builtin" or any(
        word.startswith(prefix) and len(word) > len(prefix) for prefix in ("exec:", "|")
    )
    return None if is_valid else f"{name}: Invalid argument"


# Commands of SSL_CONF_cmd for servers that are allowed in a file, and the kind of their path
# (ssl/ssl_conf.c of OpenSSL 1.1.1 to 3.5).
CONF_COMMANDS = {
    **dict.fromkeys(
        (
            *("signaturealgorithms", "clientsignaturealgorithms", "curves", "groups"),
            *("ecdhparameters", "cipherstring", "ciphersuites", "protocol", "minprotocol"),
            *("maxprotocol", "options", "verifymode", "chaincastore", "verifycastore"),
            *("requestcastore", "clientcastore", "recordpadding", "numtickets"),
            *("rxcertificatecompression", "txcertificatecompression"),
        ),
        "",
    ),
    **dict.fromkeys(
        (
            *("certificate", "privatekey", "serverinfofile", "chaincafile", "verifycafile"),
            *("requestcafile", "clientcafile", "dhparameters"),
        ),
        "file",
    ),
    **dict.fromkeys(("chaincapath", "verifycapath", "requestcapath", "clientcapath"), "folder"),
}


def conf_command(_name: str, words: Sequence[str]) -> str | None:
    """SSLOpenSSLConfCmd. The value is checked when the server starts."""
    if words[0].lower() in CONF_COMMANDS:
        return None
    return f"'{words[0]}': invalid OpenSSL configuration command"
