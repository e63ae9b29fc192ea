"""Table of all directives of mod_ssl: where they are allowed, and their arguments.

Source: modules/ssl/mod_ssl.c (ssl_config_cmds).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.mod_ssl import arguments as args
from apachestaple.mod_ssl.arguments import Check, Takes, anything, number, one_of

if TYPE_CHECKING:
    from collections.abc import Sequence


class Where(StrEnum):
    """The contexts in which httpd allows a directive."""

    # GLOBAL_ONLY
    MAIN_SERVER = "main server"
    # RSRC_CONF
    SERVER = "server"
    # RSRC_CONF | PROXY_CONF
    SERVER_AND_PROXY = "server, <Proxy>"
    # OR_ALL and similar ones, with RSRC_CONF
    ANYWHERE = "anywhere"
    # OR_AUTHCFG
    FOLDER = "folder"


class PathKind(StrEnum):
    """What must exist at a path when httpd reads the directive."""

    FILE = "file"
    FOLDER = "folder"
    ANY = "any"


class Command(NamedTuple):
    """A directive.

    Attributes:
        name: name in httpd's spelling.
        takes: number of arguments.
        check: checks the arguments.
        where: contexts in which it is allowed.
        path: what must exist at the path in its first argument.

    """

    name: str
    takes: Takes
    check: Check = anything
    where: Where = Where.SERVER
    path: PathKind | None = None

    @property
    def takes_anything(self) -> bool:
        """Whether it takes one argument, whatever that is."""
        return self.takes is Takes.TAKE1 and self.check is anything

    def problem(self, words: Sequence[str]) -> str | None:
        """The message of httpd about the arguments, or ``None``. Paths are not checked."""
        return args.number_problem(self.name, self.takes, words) or self.check(self.name, words)

    def named_path(self, words: Sequence[str]) -> tuple[PathKind, str] | None:
        """The path that httpd checks, and what must exist there."""
        if not words or self.problem(words) is not None:
            return None
        word = words[0]
        match self.name:
            case "SSLOpenSSLConfCmd":
                kind = args.CONF_COMMANDS[word.lower()]
                return (PathKind(kind), words[1]) if kind else None
            case "SSLPassPhraseDialog":
                prefix = "exec:"
                return (PathKind.ANY, word[5:]) if word.startswith(prefix) else None
            case "SSLRandomSeed":
                source = words[1].removeprefix("file:").removeprefix("exec:")
                return (PathKind.ANY, source) if source.lower() != "builtin" else None
            case "SSLCertificateFile" | "SSLCertificateKeyFile" if word.startswith("pkcs11:"):
                return None
        return (self.path, word) if self.path else None


_VERIFY = one_of("none", "off", "optional", "require", "on", "optional_no_ca")
_REVOCATION = args.first_and_more(("none", "leaf", "chain"), "no_crl_for_cert_ok")
_SECONDS = number("{name}: invalid argument")
_DEPTH = number("{name}: Invalid argument '{word}'")
_NO_LONGER = {"SSLLog": "ErrorLog", "SSLLogLevel": "LogLevel"}


def _no_longer(name: str, _words: Sequence[str]) -> str:
    return f"{name} directive is no longer supported - use {_NO_LONGER[name]}."


def _switches(*names: str, where: Where = Where.SERVER) -> list[Command]:
    return [Command(f"SSL{name}", Takes.FLAG, where=where) for name in names]


def _paths(kind: PathKind, *names: str, where: Where = Where.SERVER) -> list[Command]:
    return [Command(f"SSL{name}", Takes.TAKE1, where=where, path=kind) for name in names]


def _numbers(*names: str) -> list[Command]:
    return [Command(f"SSL{name}", Takes.TAKE1, _SECONDS) for name in names]


_TABLE = (
    Command("SSLPassPhraseDialog", Takes.TAKE1, args.pass_phrase_dialog, Where.MAIN_SERVER),
    Command("SSLSessionCache", Takes.TAKE1, args.session_cache, Where.MAIN_SERVER),
    # The available devices depend on OpenSSL.
    Command("SSLCryptoDevice", Takes.TAKE1, where=Where.MAIN_SERVER),
    Command("SSLRandomSeed", Takes.TAKE23, args.random_seed, Where.MAIN_SERVER),
    Command(
        "SSLVHostSNIPolicy",
        Takes.TAKE1,
        one_of(
            *("strict", "secure", "authonly", "insecure"),
            said="Invalid SSLVhostSNIPolicy argument '{word}'",
        ),
        Where.MAIN_SERVER,
    ),
    *_switches("FIPS", where=Where.MAIN_SERVER),
    Command("SSLStaplingCache", Takes.TAKE1, where=Where.MAIN_SERVER),
    # "optional" is accepted, but has no effect since 2.4.64 (AH10510).
    Command(
        "SSLEngine",
        Takes.TAKE1,
        one_of("on", "off", "optional", said="Argument must be On or Off"),
    ),
    Command("SSLCipherSuite", Takes.TAKE12, args.cipher_suite, Where.ANYWHERE),
    Command("SSLProtocol", Takes.RAW_ARGS, args.protocols),
    # Whether it can be on depends on OpenSSL.
    *_switches("HonorCipherOrder", "Compression", "SessionTickets", "InsecureRenegotiation"),
    *_switches("StrictSNIVHostCheck", "UseStapling", "StaplingReturnResponderErrors"),
    *_switches("StaplingFakeTryLater", "OCSPOverrideResponder", "OCSPUseRequestNonce"),
    *_switches("OCSPNoVerify"),
    *_paths(PathKind.FILE, "CertificateFile", "CertificateKeyFile", "CertificateChainFile"),
    *_paths(PathKind.FILE, "SessionTicketKeyFile", "CADNRequestFile", "CARevocationFile"),
    *_paths(PathKind.FILE, "OCSPResponderCertificateFile", "SRPVerifierFile"),
    *_paths(PathKind.FOLDER, "CADNRequestPath", "CARevocationPath"),
    # They are rejected in a section for folders, because CAs per folder are not supported.
    *_paths(PathKind.FILE, "CACertificateFile"),
    *_paths(PathKind.FOLDER, "CACertificatePath"),
    Command("SSLCARevocationCheck", Takes.RAW_ARGS, _REVOCATION),
    Command("SSLVerifyClient", Takes.TAKE1, _VERIFY, Where.ANYWHERE),
    Command("SSLVerifyDepth", Takes.TAKE1, _DEPTH, Where.ANYWHERE),
    Command("SSLSessionCacheTimeout", Takes.TAKE1, number("{name}: Invalid argument")),
    Command("SSLUserName", Takes.TAKE1, where=Where.ANYWHERE),
    Command("SSLSRPUnknownUserSeed", Takes.TAKE1),
    Command(
        "SSLOCSPEnable",
        Takes.RAW_ARGS,
        args.first_and_more(("off", "leaf", "on"), "no_ocsp_for_cert_ok"),
    ),
    Command("SSLOCSPDefaultResponder", Takes.TAKE1),
    Command("SSLOCSPProxyURL", Takes.TAKE1, args.proxy_url),
    *_numbers("OCSPResponseTimeSkew", "OCSPResponseMaxAge", "OCSPResponderTimeout"),
    *_numbers("StaplingResponseTimeSkew", "StaplingResponderTimeout", "StaplingResponseMaxAge"),
    *_numbers("StaplingStandardCacheTimeout", "StaplingErrorCacheTimeout"),
    Command("SSLStaplingForceURL", Takes.TAKE1),
    Command("SSLOpenSSLConfCmd", Takes.TAKE2, args.conf_command),
    *_switches("ProxyEngine", "ProxyCheckPeerExpire", where=Where.SERVER_AND_PROXY),
    *_switches("ProxyCheckPeerCN", "ProxyCheckPeerName", where=Where.SERVER_AND_PROXY),
    Command("SSLProxyProtocol", Takes.RAW_ARGS, args.protocols, Where.SERVER_AND_PROXY),
    Command("SSLProxyCipherSuite", Takes.TAKE12, args.cipher_suite, Where.SERVER_AND_PROXY),
    Command("SSLProxyVerify", Takes.TAKE1, _VERIFY, Where.SERVER_AND_PROXY),
    Command("SSLProxyVerifyDepth", Takes.TAKE1, _DEPTH, Where.SERVER_AND_PROXY),
    Command("SSLProxyCARevocationCheck", Takes.RAW_ARGS, _REVOCATION, Where.SERVER_AND_PROXY),
    *_paths(
        PathKind.FILE,
        *("ProxyCACertificateFile", "ProxyCARevocationFile", "ProxyMachineCertificateFile"),
        "ProxyMachineCertificateChainFile",
        where=Where.SERVER_AND_PROXY,
    ),
    *_paths(
        PathKind.FOLDER,
        *("ProxyCACertificatePath", "ProxyCARevocationPath", "ProxyMachineCertificatePath"),
        where=Where.SERVER_AND_PROXY,
    ),
    Command("SSLOptions", Takes.RAW_ARGS, args.options, Where.ANYWHERE),
    # AP_INIT_NO_ARGS makes it RAW_ARGS, and no argument is checked.
    Command("SSLRequireSSL", Takes.RAW_ARGS, where=Where.FOLDER),
    # An expression, which is not checked here.
    Command("SSLRequire", Takes.RAW_ARGS, where=Where.FOLDER),
    Command(
        "SSLRenegBufferSize",
        Takes.TAKE1,
        number("Invalid size for SSLRenegBufferSize: {word}"),
        Where.FOLDER,
    ),
    Command("SSLLog", Takes.RAW_ARGS, _no_longer, Where.ANYWHERE),
    Command("SSLLogLevel", Takes.RAW_ARGS, _no_longer, Where.ANYWHERE),
)

COMMANDS = {command.name.lower(): command for command in _TABLE}
