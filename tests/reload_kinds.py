"""The kinds of repair that a running httpd is to reload, as a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.rules.remedy import (
    AskThroughProxy,
    HideResponderErrors,
    LoadModule,
    MoveCacheToMainServer,
    MoveOutOfSection,
    MoveOutOfSiteFile,
    ProvideCache,
    ProvideCertificate,
    ProvideChain,
    ProvideUrl,
    Remedy,
    RemoveComment,
    RemoveDirective,
    RemoveIgnore,
    RemoveStapling,
    RenameDirective,
    ReplaceWebCharacters,
    StapleByModMd,
    TurnStapling,
    UseOwnChain,
)
from apachestaple.rules.rule import CACHE, tls_host

if TYPE_CHECKING:
    from collections.abc import Mapping

ON, OFF = "SSLUseStapling on", "SSLUseStapling off"
PLAIN, ALONE = tls_host(), tls_host(ON)
STAPLES = CACHE + ALONE
UNREACHED = CACHE + tls_host(ON, certificate="dead-responder")
HOPELESS = tls_host(ON, certificate="no-ocsp", name="hopeless.example.com")
FORCED = CACHE + tls_host(ON, "SSLStaplingForceURL https://ocsp.example.com/")
IN_A_HOST = tls_host(ON, CACHE.strip())
SMALL = "SSLStaplingCache shmcb:logs/stapling(8192)\n" + "".join(
    tls_host(ON, certificate=certificate, name=f"{certificate}.example.com")
    for certificate in ("good", "other", "third", "rsa", "must-staple", "answer-good")
)
IGNORES = CACHE + tls_host("# apachestaple: ignore[AS101]", ON)
IN_A_LOCATION = CACHE + tls_host("<Location />", ON, "</Location>")
LEFT_COMMENT = f"{CACHE}{ON}\n" + tls_host("# apachestaple: certificate has no OCSP URI")
DBM = STAPLES.replace("shmcb:logs/stapling(131072)", "dbm:logs/stapling")
MISSPELT = STAPLES.replace("SSLUseStapling", "SSLUseStaping")
QUOTED = STAPLES.replace("SSLUseStapling on", "SSLUseStapling “on”")
MOD_MD = "LoadModule md_module modules/mod_md.so\n"
BY_ANOTHER_HOST = CACHE + "".join(
    tls_host(ON, *lines, certificate="leaf-only", name=f"{name}.example.com")
    for name, lines in (("www", ()), ("other", ("SSLCertificateChainFile certs/chain.pem",)))
)
_LEAF_ONLY = tls_host(ON, certificate="leaf-only")
_FULL = _LEAF_ONLY.replace("leaf-only.pem", "full/leaf-only.pem")
WITH_FULL_FILE = CACHE + _LEAF_ONLY + _FULL.replace("ServerName www", "ServerName full")
HIDDEN = CACHE + tls_host(ON, "SSLCertificateChainFile certs/twin.pem")
ASKED_BY_ANOTHER_HOST = CACHE + "".join(
    tls_host(ON, *lines, certificate="no-ocsp", name=f"{name}.example.com")
    for name, lines in (("www", ()), ("other", ("SSLStaplingForceURL http://127.0.0.1:1/",)))
)
SERVER_LISTS = "".join(
    f"LoadModule socache_{name}_module modules/mod_socache_{name}.so\n"
    for name in ("redis", "memcache")
)


@dataclass(frozen=True)
class Kind:
    """A kind of repair.

    Attributes:
        name: of the test.
        remedy: the class of the remedy that is applied first.
        running: the configuration with which httpd is started.
        broken: the one that fix finds; ``""`` for the same.
        arguments: of fix.
        change: how a line of its diff begins.
        is_answered: whether the responder answers, so that clients get the staple.
        without: modules that are not loaded.
        files: further files, by path.

    """

    name: str
    remedy: type[Remedy] | None
    running: str
    broken: str = ""
    arguments: tuple[str, ...] = ()
    change: str = "+SSLStaplingCache"
    is_answered: bool = True
    without: frozenset[str] = frozenset()
    files: Mapping[str, str] = field(default_factory=dict)


_TAKEN_OUT = "-    SSLUseStapling on"
KINDS = (
    Kind("a cache is added", TurnStapling, PLAIN),
    Kind("a missing cache is added", ProvideCache, PLAIN, ALONE),
    Kind("the cache is enlarged", ProvideCache, SMALL),
    Kind("a fatal size is corrected", ProvideCache, STAPLES, STAPLES.replace("131072", "12345")),
    Kind("a provider is corrected", ProvideCache, STAPLES, STAPLES.replace("shmcb", "SHMCB")),
    Kind("an argument is corrected", ProvideCache, STAPLES, STAPLES.replace("131072", "128k")),
    Kind(
        "a repeated cache is removed", RemoveDirective, CACHE + STAPLES, change="-SSLStaplingCache"
    ),
    Kind(
        "the cache is moved",
        MoveCacheToMainServer,
        PLAIN,
        IN_A_HOST,
        change="-    SSLStaplingCache",
    ),
    Kind(
        "the cache is moved out of the file of a site",
        MoveOutOfSiteFile,
        "Include sites-enabled/*.conf\n",
        files={
            "sites-enabled/other.conf": CACHE + tls_host(ON, name="other.example.com"),
            "sites-enabled/www.conf": ALONE,
        },
    ),
    Kind("stapling is switched on", TurnStapling, CACHE + PLAIN, change="+    SSLUseStapling on"),
    Kind(
        "off is overruled",
        TurnStapling,
        CACHE + tls_host(OFF),
        arguments=("--unsafe",),
        change="-    SSLUse",
    ),
    Kind(
        "a host is switched off", TurnStapling, STAPLES + HOPELESS, change="-    SSLUseStapling on"
    ),
    Kind("every host is switched off", TurnStapling, CACHE + HOPELESS, change=_TAKEN_OUT),
    Kind("a name is corrected", RenameDirective, PLAIN, MISSPELT, change="+    SSLUseStapling on"),
    Kind(
        "quotes are corrected",
        ReplaceWebCharacters,
        PLAIN,
        QUOTED,
        change='+    SSLUseStapling "on"',
    ),
    Kind(
        "errors are hidden",
        HideResponderErrors,
        UNREACHED,
        change="+SSLStaplingReturn",
        is_answered=False,
    ),
    Kind(
        "a setting is removed", RemoveDirective, STAPLES, FORCED, change="-    SSLStaplingForceURL"
    ),
    Kind(
        "a directive is moved out of a section",
        MoveOutOfSection,
        CACHE + PLAIN,
        IN_A_LOCATION,
        change="+    SSLUseStapling on",
    ),
    Kind(
        "a comment of fix is removed",
        RemoveComment,
        LEFT_COMMENT,
        change="-    # apachestaple: certificate has no OCSP URI",
    ),
    Kind(
        "a comment is removed",
        RemoveIgnore,
        IGNORES,
        change="-    # apachestaple: ignore",
    ),
    Kind(
        "an issuer is provided",
        ProvideChain,
        BY_ANOTHER_HOST,
        change="+    SSLCertificateChainFile",
    ),
    Kind(
        "a certificate file with the chain is provided",
        ProvideCertificate,
        WITH_FULL_FILE,
        arguments=("--unsafe",),
        change="+    SSLCertificateFile certs/full/leaf-only.pem",
    ),
    Kind(
        "a chain file that hides the chain is removed",
        UseOwnChain,
        STAPLES,
        HIDDEN,
        change="-    SSLCertificateChainFile",
    ),
    Kind(
        "a URL is provided",
        ProvideUrl,
        ASKED_BY_ANOTHER_HOST,
        change="+    SSLStaplingForceURL",
        is_answered=False,
    ),
    Kind(
        "a proxy is set",
        AskThroughProxy,
        STAPLES,
        arguments=("--proxy", "http://127.0.0.1:1"),
        change="+SSLOCSPProxyURL",
        is_answered=False,
    ),
    Kind(
        "a cache's module is loaded",
        LoadModule,
        PLAIN,
        STAPLES,
        change="+LoadModule socache_shmcb_module",
        without=frozenset({"socache_shmcb_module"}),
    ),
    Kind(
        "mod_ssl is loaded",
        LoadModule,
        "<VirtualHost *:443>\n</VirtualHost>\n",
        STAPLES,
        change="+LoadModule ssl_module",
        without=frozenset({"ssl_module"}),
    ),
    Kind(
        "stapling is removed", RemoveStapling, STAPLES, arguments=("--disable",), change=_TAKEN_OUT
    ),
    Kind(
        "stapling with dbm is removed",
        RemoveStapling,
        DBM,
        arguments=("--disable",),
        change=_TAKEN_OUT,
    ),
    Kind(
        "stapling is handed to mod_md",
        StapleByModMd,
        MOD_MD + STAPLES,
        arguments=("--use-mod-md",),
        change=_TAKEN_OUT,
    ),
)
