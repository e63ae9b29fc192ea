"""Wrong configurations are judged as ``httpd -t`` judges them."""

from __future__ import annotations

import os
import random
import subprocess
from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.addresses import address_problem
from apachestaple.mod_ssl.ciphers import selects_none
from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.mod_ssl.site import understand
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.finding import Effect
from tests.lab.server import BINARY, MODULES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

ADDRESSES = (
    *(
        "8443",
        "99999",
        "0",
        "*:99999",
        "*:0",
        ":443",
        "a:b:443",
        "[::1:443",
        "*:",
        "*:*",
        "*",
        "**",
    ),
    *(":*", "[::1]443", "*:65536", "*:65535", "[::1]:0", "[::1]:", "[::g]:443", "[]:443", "65536"),
    *(
        "[::1%lo]:443",
        "[::1%]:443",
        "[%lo]:443",
        "00443",
        "a:00000",
        "a:4294967297",
        "443*",
        "x:-1",
    ),
    *("[1.2.3.4]:443", "[::1]:*", "[::1]*", "*:443:*", "_default_", "[::ffff:1.2.3.4]:80", "x:+1"),
    *(
        "[",
        "]",
        "[]",
        "[::1]]:1",
        "[[::1]]:1",
        "[1::2::3]",
        "1" * 25,
        "a:" + "1" * 25,
        "[FE80::1]:9",
    ),
)
PARTS = ("[", "]", ":", "*", "443", "0", "::1", "%lo", "a", "1.2.3.4", "fe80")


def drawn_addresses(count: int) -> list[str]:
    drawn = random.Random(5)  # noqa: S311  (the same each time)
    return ["".join(drawn.choices(PARTS, k=drawn.randint(1, 5))) for _ in range(count)]


def test_addresses_of_a_virtual_host_are_judged_as_httpd_judges_them(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    main = tmp_path / "httpd.conf"
    different = {}
    for word in dict.fromkeys((*ADDRESSES, *drawn_addresses(150))):
        main.write_text(
            f"ServerRoot {tmp_path}\nServerName lab.example\n"
            f"LoadModule mpm_event_module {MODULES}/mod_mpm_event.so\n"
            f"<VirtualHost {word}>\n</VirtualHost>\n"
        )
        done = subprocess.run(
            [BINARY, "-t", "-f", main], capture_output=True, text=True, timeout=30, check=False
        )
        said = done.stderr.strip().splitlines()[-1] if done.returncode else None
        if said != address_problem(word):
            different[word] = said, address_problem(word)
    assert not different


# Words that some directive accepts, and others that none does.
WORDS = (
    *("on", "off", "On", "OFF", "optional", "maybe", "yes", "1", "0", "-1", "-0", "5s", "abc"),
    *("none", "leaf", "chain", "require", "optional_no_ca", "no_crl_for_cert_ok", "'a b'", "''"),
    *("no_ocsp_for_cert_ok", "all", "-all", "+TLSv1.2", "-SSLv3", "SSLv3", "-sslv2", "SSLv2"),
    *("TLSv1.3", "SSL", "HIGH", "+StdEnvVars", "StdEnvVars", "-Foo", "+", "strict", "secure"),
    *("http://127.0.0.1:1/", "http://[", ":3128", "shmcb", "shmcb:x(9000)", "shmcb:x(1)"),
    *("certs/good.pem", "certs/none.pem", "certs", "none/", "certs/empty.pem", "/etc/passwd"),
    *("builtin", "exec:certs/good.pem", "exec:none", "|x", "|", "startup", "connect", "egd:/x"),
    *("file:/dev/urandom", "file:/none", "MinProtocol", "certificate", "VerifyCAPath", "-5"),
    *("nonenotnull", "pkcs11:a", "3600"),
)
CONTEXTS = (
    "{}",
    *(
        f"<{section}>\n{{}}\n</{section.split()[0]}>"
        for section in (
            *("VirtualHost *:1", "Directory /a", "Location /a", "Files a", "If true", "Proxy *"),
        )
    ),
)
# Whether these are accepted depends on OpenSSL, or on an expression that is not parsed.
UNDECIDED = {"sslcryptodevice", "sslcompression", "sslrequire"}


def drawn_lines(count: int, seed: int) -> list[str]:
    drawn = random.Random(seed)  # noqa: S311  (the same each time)
    keys = sorted(COMMANDS.keys() - UNDECIDED)
    lines = []
    for _ in range(count):
        words = drawn.choices(WORDS, k=drawn.choice((0, 1, 1, 1, 1, 1, 2, 2, 3)))
        line = " ".join((COMMANDS[drawn.choice(keys)].name, *words))
        lines.append(drawn.choices(CONTEXTS, weights=(6, 4, 1, 1, 1, 1, 1))[0].format(line))
    return lines


def verdicts(lab: Lab, line: str) -> tuple[str | None, list[str]]:
    """What httpd says of a configuration with this line, and what lint does."""
    with lab.httpd(f"LoadModule proxy_module modules/mod_proxy.so\n{line}\n") as httpd:
        test = httpd.configtest()
        site = understand(
            read(locate(str(httpd.root / "httpd.conf"), Options())), certificates_required=True
        )
        found = [f for f in lint([site], all_rules()).findings if f.effect is Effect.REJECTED]
        said = None if test.accepted else test.output.strip().splitlines()[-1]
        return said, [finding.message for finding in found]


# Of these we have words of our own.
PARAPHRASED = (
    *("not allowed", "cannot occur within", "per-directory CA", "does not exist", "(EGD)"),
    "stapling cache not supported",
)


def agree(said: str | None, ours: list[str]) -> bool:
    """Whether both reject it and name one error, or neither does."""
    if said is None or not ours:
        return said is None and not ours
    return any(words in said for words in PARAPHRASED) or any(our in said for our in ours)


def test_every_directive_of_mod_ssl_is_judged_as_httpd_judges_it(lab: Lab) -> None:
    lines = drawn_lines(int(os.environ.get("CASES", "150")), seed=11)
    judged = {line: verdicts(lab, line) for line in lines}
    assert not {line: both for line, both in judged.items() if not agree(*both)}
    rejected = sum(said is not None for said, _ in judged.values())
    assert len(judged) / 4 < rejected < len(judged), "some are accepted, and many are not"


@pytest.mark.parametrize(
    "words",
    ['HIGH ""', "HIGH ''", '"" HIGH', "SSL HIGH", "TLSv1.3 TLS_AES_128_GCM_SHA256", "TLSv1.2 HIGH"],
)
def test_a_protocol_before_ciphers_is_judged_as_httpd_judges_it(lab: Lab, words: str) -> None:
    """An empty second argument is ignored."""
    said, ours = verdicts(lab, f"SSLCipherSuite {words}")
    assert agree(said, ours), (said, ours)


LINES = (
    *(f"SSLProtocol {words}" for words in ("SSLv2", "all SSLv3", "all -SSLv3", "-sslv2 x", "+all")),
    *("SSLSessionCache none", "SSLSessionCache shmcb:x(1)", "SSLSessionCache nonsense:x"),
    *("SSLStaplingCache", "SSLStaplingCache none x", "SSLStaplingCache ''"),
    *("SSLRandomSeed startup builtin 5", "SSLRandomSeed connect file:/dev/urandom -1"),
    *("SSLOpenSSLConfCmd Protocol", "SSLOpenSSLConfCmd Protocl all", "SSLVerifyDepth -1"),
    *("SSLPassPhraseDialog exec:", "SSLOptions +StdEnvVars -Foo", "SSLVerifyClient maybe"),
    *("Mutex bogus default", "Mutex none ssl-stapling ssl-cache", "Mutex file:logs ssl-stapling"),
)


@pytest.mark.parametrize("line", LINES)
def test_these_lines_are_judged_as_httpd_judges_them(lab: Lab, line: str) -> None:
    said, ours = verdicts(lab, line)
    assert agree(said, ours), (said, ours)


SUITES = (
    *("HIGH", "high", "DEFAULT@SECLEVEL=0", "DEFAULT:@SECLEVEL=2", "EECDH+AESGCM:EDH+AESGCM"),
    *("!aNULL", "ECDHE-RSA-AES128-GSM-SHA256", "TLS_AES_128_GCM_SHA256", "ECDHE RSA", "NULL"),
    *("+HIGH", "intermediate", "ECDHE_RSA_WITH_AES_128_GCM_SHA256", "AES:ALL", "kEECDH:kEDH"),
    *("ALL:!ADH", "EXP"),
)


def openssl_ciphers(suite: str) -> list[str]:
    """The ciphers up to TLS 1.2 that OpenSSL selects."""
    command = ["openssl", "ciphers", suite]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return [name for name in done.stdout.strip().split(":") if name and not name.startswith("TLS_")]


def test_a_list_of_ciphers_selects_none_where_openssl_selects_none() -> None:
    for suite in SUITES:
        selected = openssl_ciphers(f"{suite}:!aNULL:!eNULL:!EXP")
        assert selects_none(suite) is not bool(selected), (suite, selected)
    every = openssl_ciphers("ALL:@SECLEVEL=0")
    assert len(every) > 50
    assert not any(map(selects_none, every))
