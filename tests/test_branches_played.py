"""Branches of httpd's source that no other test plays; docs/branches.md lists all of them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, Example, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake
from tests.lab.play import play
from tests.lab.processes import wait_until
from tests.test_hosts import understood
from tests.test_rules import linted

if TYPE_CHECKING:
    from tests.lab.play import Lab
    from tests.lab.server import Httpd
    from tests.lab.world import World

ON = "SSLUseStapling on"
MOD_MD = "LoadModule md_module modules/mod_md.so\n"

# -- configuration ------------------------------------------------------------------------------

REJECTED = {
    "SSLStaplingResponseTimeSkew -1": ("AS103", "SSLStaplingResponseTimeSkew: invalid argument"),
    "SSLStaplingStandardCacheTimeout -1": ("AS103", "StandardCacheTimeout: invalid argument"),
    "SSLStaplingErrorCacheTimeout -1": ("AS103", "SSLStaplingErrorCacheTimeout: invalid argument"),
    "SSLStaplingReturnResponderErrors maybe": ("AS103", "must be On or Off"),
    "SSLStaplingFakeTryLater maybe": ("AS103", "must be On or Off"),
    "SSLCACertificateFile certs/missing.pem": ("AS316", "does not exist or is empty"),
    "SSLOCSPResponderCertificateFile certs/empty.pem": ("AS116", "does not exist or is empty"),
    "SSLCertificateFile certs": ("AS301", "does not exist or is empty"),
}


@pytest.mark.parametrize("line", REJECTED)
def test_a_wrong_value_is_rejected(lab: Lab, line: str) -> None:
    code, words = REJECTED[line]
    text = CACHE + tls_host(ON, line)
    with lab.httpd(text) as httpd:
        test = httpd.configtest()
    assert not test.accepted
    assert words in test.output
    assert code in {finding.code for finding in linted(lab, Example(text))}


def test_a_folder_is_rejected_as_a_key(lab: Lab) -> None:
    text = CACHE + tls_host(ON).replace("certs/good.key", "certs")
    with lab.httpd(text) as httpd:
        test = httpd.configtest()
    assert not test.accepted
    assert "does not exist or is empty" in test.output
    assert {finding.code for finding in linted(lab, Example(text))} >= {"AS310"}


SHMCB, DBM = CACHE, "SSLStaplingCache dbm:logs/stapling\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SHMCB, SHMCB),
        (SHMCB, SHMCB.replace("131072", "65536").replace("logs/stapling", "logs/moved")),
        (SHMCB, DBM),
        (DBM, DBM),
    ],
    ids=["shmcb", "another size and path", "shmcb to dbm", "dbm"],
)
def test_a_cache_is_empty_after_a_reload_and_works(lab: Lab, before: str, after: str) -> None:
    issued = lab.authority.issue("reloaded", names=("www.example.com",))
    with lab.httpd(before + tls_host(ON, certificate="reloaded")) as httpd:
        assert httpd.start()
        assert [handshake(httpd.port).staple for _ in range(2)] == ["good", "good"]
        assert lab.responder.queries(issued.serial) == 1
        reload(httpd, after)
        # A child of before the reload may still answer the first one.
        assert [handshake(httpd.port).staple for _ in range(3)] == ["good", "good", "good"]
        assert lab.responder.queries(issued.serial) == 2


def reload(httpd: Httpd, cache: str) -> None:
    """Put another cache into the configuration and reload it gracefully."""
    site = httpd.root / "site.conf"
    site.write_text(re.sub(r"^SSLStaplingCache .*\n", cache, site.read_text(), flags=re.MULTILINE))
    begun = httpd.log.count("AH00489")
    os.kill(int((httpd.root / "httpd.pid").read_text()), signal.SIGUSR1)
    assert wait_until(lambda: httpd.log.count("AH00489") > begun, 10), httpd.log


def test_a_chain_file_of_the_main_server_hides_the_chain_in_the_certificate_file(lab: Lab) -> None:
    text = "SSLCertificateChainFile certs/self-signed.pem\n" + CACHE + tls_host(ON)
    with lab.httpd(text) as httpd:
        (host,) = understood(httpd).tls_hosts
        assert httpd.start()
        made = handshake(httpd.port)
    assert made.connected
    assert made.staple is None
    assert "AH02217" in httpd.log_ids()
    assert any(host.stapling_problems)
    assert "AS305" in {finding.code for finding in linted(lab, Example(text))}


@pytest.mark.parametrize("engine", ["", "SSLEngine on\n"], ids=["unset", "on"])
def test_a_host_that_mod_md_gives_a_certificate_needs_sslengine(lab: Lab, engine: str) -> None:
    text = (
        f"{MOD_MD}Listen 443 https\nMDomain www.example.com\n"
        "MDCertificateAgreement accepted\nMDContactEmail admin@example.com\n"
        "MDCertificateAuthority http://127.0.0.1:9/\n"
        f"<VirtualHost *:443>\nServerName www.example.com\n{engine}</VirtualHost>\n"
    )
    with lab.httpd(text) as httpd:
        (host,) = understood(httpd).virtual_hosts
        assert httpd.start()
        connected = handshake(httpd.port, "www.example.com", status=False).connected
    assert connected is bool(engine)
    assert host.is_tls is connected


# -- start ----------------------------------------------------------------------------------------


def test_the_issuer_is_found_in_a_folder_by_its_hash(lab: Lab) -> None:
    intermediate = lab.authority.intermediate_file
    text = CACHE + tls_host(ON, "SSLCACertificatePath authorities", certificate="leaf-only")
    files = {"authorities/intermediate.pem": intermediate.read_text()}
    with lab.httpd(text, files=files) as httpd:
        folder = httpd.root / "authorities"
        (host,) = understood(httpd).tls_hosts
        assert any(host.stapling_problems)
        assert httpd.start()
        assert handshake(httpd.port).staple is None
        httpd.stop()
        # OpenSSL finds a certificate in a folder by a name that is the hash of its subject.
        subprocess.run(["openssl", "rehash", folder], check=True)
        (host,) = understood(httpd).tls_hosts
        assert not any(host.stapling_problems)
        assert httpd.start()
        assert handshake(httpd.port).staple == "good"


def test_a_chain_file_without_a_certificate_hides_the_chain_in_the_certificate_file(
    lab: Lab,
) -> None:
    text = CACHE + tls_host(ON, "SSLCertificateChainFile certs/not-a-certificate.pem")
    with lab.httpd(text) as httpd:
        (host,) = understood(httpd).tls_hosts
        assert httpd.start(), httpd.log
        made = handshake(httpd.port)
    assert made.connected
    assert made.staple is None
    assert {"AH02217", "AH02604"} <= httpd.log_ids()
    assert any(host.stapling_problems)


def test_httpd_does_not_start_with_a_wrong_pass_phrase(lab: Lab) -> None:
    key = lab.certificates["good"].key
    assert key is not None
    dialog = "SSLPassPhraseDialog exec:phrase\n"
    text = dialog + CACHE + tls_host(ON).replace("certs/good.key", "encrypted.key")
    with lab.httpd(text) as httpd:
        encrypted = str(httpd.root / "encrypted.key")
        command = ["openssl", "pkey", "-aes256", "-passout", "pass:right"]
        subprocess.run([*command, "-in", str(key), "-out", encrypted], check=True)
        program = httpd.root / "phrase"
        for phrase, starts in (("wrong", False), ("right", True)):
            program.write_text(f"#!/bin/sh\necho {phrase}\n")
            program.chmod(0o755)
            assert httpd.configtest().accepted
            assert httpd.start() is starts, httpd.log
        assert {"AH02564", "AH02580"} <= httpd.log_ids(), httpd.log


def test_a_certificate_without_a_key_of_its_own_takes_the_key_in_its_file(lab: Lab) -> None:
    text = CACHE + tls_host(ON, "SSLCertificateFile certs/rsa.pem")
    played = play(lab, text)
    assert played.accepted
    assert not played.started
    assert "AH02564" in played.log_ids
    assert "AS311" in {finding.code for finding in linted(lab, Example(text))}
    rsa = lab.certificates["rsa"]
    assert rsa.key is not None
    with_key = {"both.pem": rsa.cert.read_text() + rsa.key.read_text()}
    assert play(lab, text.replace("certs/rsa.pem", "both.pem"), files=with_key).started


def test_a_ca_certificate_with_a_path_length_is_served_with_a_warning(lab: Lab) -> None:
    lab.authority.issue("path-length", names=("www.example.com",), is_ca=True, path_length=1)
    text = CACHE + tls_host(ON, certificate="path-length")
    played = play(lab, text)
    assert played.started
    assert {"AH01906", "AH01907"} <= played.log_ids
    assert "AS314" in {finding.code for finding in linted(lab, Example(text))}


MAIN_SERVER = (
    "ServerName main\nSSLEngine on\nSSLUseStapling on\n"
    "SSLCertificateFile certs/no-ocsp.pem\nSSLCertificateKeyFile certs/no-ocsp.key\n"
)


@pytest.mark.parametrize(
    ("hosts", "order", "maker", "number"),
    [
        ("poor rich", "rich poor", "rich", "AH02814"),
        ("rich poor", "poor rich", "rich", "AH02218"),
        ("rich poor other", "other poor rich", "other", "AH02814"),
        ("main rich other", "main other rich", "main", None),
    ],
)
def test_the_main_server_and_then_the_last_host_make_the_record(
    lab: Lab, hosts: str, order: str, maker: str, number: str | None
) -> None:
    forced = "SSLStaplingForceURL http://127.0.0.1:9/"
    texts = {
        "main": f"{MAIN_SERVER}{forced}\n",
        "poor": tls_host(ON, certificate="no-ocsp", name="poor"),
        "rich": tls_host(ON, forced, certificate="no-ocsp", name="rich"),
        "other": tls_host(ON, forced, certificate="no-ocsp", name="other"),
    }
    text = 'ErrorLogFormat "%v %M"\n' + CACHE + "".join(texts[name] for name in hosts.split())
    with lab.httpd(text) as httpd:
        (record,) = understood(httpd).records.values()
        assert httpd.start(), httpd.log
        initialized = re.findall(r"^(\S+) AH01960:", httpd.log, re.MULTILINE)
        refused = re.findall(r"^poor (AH02814|AH02218):", httpd.log, re.MULTILINE)
    # httpd reads its configuration twice when it starts.
    assert initialized == order.split() * 2
    assert set(refused) == ({number} if number else set())
    assert record.host.name.partition(":")[0] == maker


def staples(lab: Lab, text: str) -> tuple[object, bool]:
    """What `hosts` says about the only host, and whether its clients get a good staple."""
    with lab.httpd(CACHE + text) as httpd:
        done = run("hosts", httpd.root / "httpd.conf", "--format", "json")
        assert httpd.start(), httpd.log
        made = [handshake(httpd.port) for _ in range(2)][-1]
    assert made.connected
    (host,) = json.loads(done.stdout)
    return host["staples"], made.staple == "good"


@pytest.mark.parametrize("file", ["chain", "crl"])
def test_the_certificates_in_a_file_of_crls_are_issuers(lab: Lab, file: str) -> None:
    text = tls_host(ON, f"SSLCARevocationFile certs/{file}.pem", certificate="leaf-only")
    assert staples(lab, text) == (file == "chain",) * 2


def test_an_issuer_is_found_in_a_folder_of_crls(lab: Lab) -> None:
    text = CACHE + tls_host(ON, "SSLCARevocationPath crls", certificate="leaf-only")
    files = {"crls/intermediate.pem": lab.authority.intermediate_file.read_text()}
    with lab.httpd(text, files=files) as httpd:
        subprocess.run(["openssl", "rehash", httpd.root / "crls"], check=True)
        (host,) = understood(httpd).tls_hosts
        assert httpd.start()
        assert handshake(httpd.port).staple == "good"
    assert not any(host.stapling_problems)


def test_an_empty_ocsp_uri_is_passed_over(lab: Lab) -> None:
    assert staples(lab, tls_host(ON, certificate="empty-first-uri")) == (True, True)


def of_command(name: str) -> tuple[str, str]:
    """Directives that give a host a certificate by a command of OpenSSL."""
    return (
        f"SSLOpenSSLConfCmd Certificate certs/{name}.pem",
        f'SSLOpenSSLConfCmd "privatekey" "certs/{name}.key"',
    )


@pytest.mark.parametrize(
    ("main", "file", "command", "predicted", "expected"),
    [
        ("", "no-ocsp", "good", True, True),
        ("", "good", "no-ocsp", False, False),
        # Clients that only accept RSA get a staple.
        ("", "no-ocsp", "rsa", None, False),
        ("no-ocsp", "good", "", False, False),
        ("no-ocsp", "third", "good", True, True),
        ("good", "third", "no-ocsp", False, False),
    ],
)
def test_openssl_commands_replace_certificates_of_the_same_key_type(
    lab: Lab, main: str, file: str, command: str, *, predicted: bool | None, expected: bool
) -> None:
    inherited = "".join(f"{line}\n" for line in of_command(main)) if main else ""
    own = of_command(command) if command else ()
    text = inherited + tls_host(*own, ON, certificate=file)
    assert staples(lab, text) == (predicted, expected)


def test_a_certificate_for_other_names_is_stapled_with_a_warning(lab: Lab) -> None:
    played = play(lab, CACHE + tls_host(ON, name="nothing.test"))
    assert played.handshakes[""].staple == "good"
    assert "AH01909" in played.log_ids


def test_httpd_starts_with_useless_certificates_of_responders(lab: Lab) -> None:
    line = "SSLOCSPResponderCertificateFile certs/not-a-certificate.pem"
    text = CACHE + tls_host(ON, line)
    played = play(lab, text)
    assert played.handshakes[""].staple == "good"
    assert "AH02312" in played.log_ids
    assert not [finding for finding in linted(lab, Example(text)) if finding.severity != "info"]


# -- handshake, query and cache -------------------------------------------------------------------


@pytest.mark.parametrize("way", ["unauthorized", "expired"])
@pytest.mark.parametrize(
    "line", ["", "SSLStaplingReturnResponderErrors off"], ids=["returned", "kept back"]
)
def test_an_error_stays_in_the_cache(lab: Lab, line: str, way: str) -> None:
    text = CACHE + tls_host(ON, line, certificate=f"answer-{way}")
    before = lab.strange.asked.count(way)
    played = play(lab, text, repeat=3)
    # openssl shows the status in the response, expired or not.
    staple = None if line else {"expired": "good"}.get(way, way)
    assert [made.staple for made in played.all_handshakes[""]] == [staple] * 3
    assert all(made.connected for made in played.all_handshakes[""])
    assert lab.strange.asked.count(way) == before + 1
    assert "AH01933" in played.log_ids


@pytest.mark.parametrize(
    ("line", "queries"),
    [("SSLStaplingErrorCacheTimeout 0", 1), ("SSLStaplingStandardCacheTimeout 0", 3)],
)
def test_try_later_stays_in_the_cache_as_long_as_a_good_response(
    lab: Lab, line: str, queries: int
) -> None:
    text = CACHE + tls_host(ON, line, certificate="dead-responder")
    played = play(lab, text, repeat=3)
    assert [made.staple for made in played.all_handshakes[""]] == ["tryLater"] * 3
    assert played.log.count("AH01974") == queries


def test_each_address_of_a_responder_is_tried(world: World) -> None:
    rule = "add rule inet filter output ip daddr 192.0.2.1 reject with tcp reset"
    chain = "add chain inet filter output { type filter hook output priority filter; }"
    world.server.run("nft", "-f", "-", text=f"add table inet filter\n{chain}\n{rule}\n")
    assert not world.server.reaches("192.0.2.1", 80)
    assert world.server.reaches("2001:db8::1", 80)
    assert world.staples(world.configuration(ON)) == ["good", "good"]


def test_a_good_response_that_is_no_longer_valid_is_renewed(lab: Lab) -> None:
    # It expired a minute before it was made, and is valid two seconds more.
    line = "SSLStaplingResponseTimeSkew 62"
    text = CACHE + tls_host(ON, line, certificate="answer-just-expired")
    with lab.httpd(text) as httpd:
        assert httpd.start()
        assert handshake(httpd.port).staple == "good"
        assert "AH01937" not in httpd.log
        time.sleep(3)
        before = lab.strange.asked.count("just-expired")
        assert handshake(httpd.port).staple == "good"
        assert lab.strange.asked.count("just-expired") == before + 1
        assert {"AH01933", "AH01937"} <= httpd.log_ids()


def test_a_host_without_tls_that_a_client_asks_for_gets_no_staple(lab: Lab) -> None:
    plain = "<VirtualHost *:443>\nServerName plain.example.com\n</VirtualHost>\n"
    with lab.httpd(CACHE + tls_host(ON) + plain) as httpd:
        assert httpd.start()
        assert handshake(httpd.port, "www.example.com").staple == "good"
        made = handshake(httpd.port, "plain.example.com")
        assert made.connected
        assert made.staple is None
        assert "AH01950" in httpd.log_ids()


@pytest.mark.parametrize(
    "url",
    ["http://ocsp.example.com:0/r", "http://user:secret@ocsp.example.com/r"],
    ids=["port 0", "user"],
)
def test_a_url_leads_to_port_80_and_its_user_is_ignored(world: World, url: str) -> None:
    configuration = world.configuration(ON, f"SSLStaplingForceURL {url}")
    assert world.staples(configuration) == ["good", "good"]


def test_the_proxy_is_that_of_the_host(lab: Lab) -> None:
    proxy = f"SSLOCSPProxyURL {lab.dead.url}"
    text = (
        CACHE
        + tls_host(ON, proxy, name="proxied.example.com")
        + tls_host(ON, name="direct.example.com", certificate="other")
    )
    played = play(lab, text, servernames=["proxied.example.com", "direct.example.com"])
    assert played.handshakes["proxied.example.com"].staple == "tryLater"
    assert played.handshakes["direct.example.com"].staple == "good"
    assert "AH01974" in played.log_ids


def test_a_response_that_the_cache_is_too_small_for_is_not_kept(lab: Lab) -> None:
    text = CACHE.replace("131072", "8192") + tls_host(ON, certificate="answer-large")
    before = lab.strange.asked.count("large")
    played = play(lab, text, repeat=2)
    assert [made.staple for made in played.all_handshakes[""]] == ["good", "good"]
    assert lab.strange.asked.count("large") == before + 2
    assert {"AH00833", "AH01929"} <= played.log_ids


def test_a_response_for_several_certificates_is_stapled(lab: Lab) -> None:
    played = play(lab, CACHE + tls_host(ON, certificate="answer-several"))
    assert played.handshakes[""].raw.count("Cert Status: good") == 2
    assert not played.log_ids & {"AH01934", "AH01935", "AH01936", "AH01941"}


def test_a_request_that_cannot_be_sent_is_a_failed_query(world: World) -> None:
    # With buffers this small, a responder that does not read keeps the request from being sent.
    memory = "echo 4096 4096 4096 > /proc/sys/net/ipv4/tcp_wmem"
    world.server.run("sh", "-c", memory)
    with world.outside.listen("192.0.2.1", 8081) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        forced = f"SSLStaplingForceURL http://192.0.2.1:8081/{'x' * 7000}"
        text = CACHE + tls_host(ON, forced, "SSLStaplingResponderTimeout 1")
        with world.lab.httpd(text, inside=world.server.as_user) as httpd:
            assert httpd.start(), httpd.log
            made = handshake(httpd.port, inside=world.server.inside)
            assert "AH01976" in httpd.log_ids()
    assert made.staple == "tryLater"


def test_a_query_makes_handshakes_of_other_hosts_wait(lab: Lab) -> None:
    timeout = "SSLStaplingResponderTimeout 3"
    text = (
        CACHE
        + tls_host(ON, timeout, name="silent.example.com", certificate="silent-responder")
        + tls_host(ON, name="other.example.com", certificate="other")
    )
    with lab.httpd(text) as httpd, ThreadPoolExecutor() as threads:
        assert httpd.start()
        before = lab.silent.connections
        stalled = threads.submit(handshake, httpd.port, "silent.example.com", timeout=10)
        assert wait_until(lambda: lab.silent.connections > before, 5)
        waiting = threads.submit(handshake, httpd.port, "other.example.com", timeout=10)
        # Asked later, and answered only when the query has timed out.
        assert waiting.result().staple == "good"
        assert stalled.result().staple == "tryLater"
        log = httpd.log
        assert log.index("AH01977") < log.index("AH01942")


# -- mod_md ---------------------------------------------------------------------------------------


def test_mod_md_staples_nothing_where_the_responder_fails(lab: Lab) -> None:
    text = f"{MOD_MD}MDStapling on\nLogLevel md:debug\n" + tls_host(certificate="dead-responder")
    with lab.httpd(text) as httpd:
        assert httpd.start()
        assert wait_until(lambda: lab.dead.url in httpd.log, 15)
        made = [handshake(httpd.port, "www.example.com") for _ in range(2)][-1]
    assert made.connected
    assert made.staple is None


def test_mod_md_staples_nothing_for_an_ldap_responder(lab: Lab) -> None:
    lab.authority.issue("ldap", names=("ldap.example.com",), ocsp=["ldap://127.0.0.1/"])
    good = tls_host(name="good.example.com")
    ldap = tls_host(name="ldap.example.com", certificate="ldap")
    with lab.httpd(f"{MOD_MD}MDStapling on\n{good}{ldap}") as httpd:
        done = run("hosts", httpd.root / "httpd.conf", "--format", "json")
        assert httpd.start()
        # It asks in the background, after the start.
        assert wait_until(lambda: handshake(httpd.port, "good.example.com").good, 15)
        made = handshake(httpd.port, "ldap.example.com")
    assert made.connected
    assert made.staple is None
    assert [host["staples"] for host in json.loads(done.stdout)] == [True, False]


def test_mod_md_that_staples_does_not_make_up_for_a_cache(lab: Lab) -> None:
    text = f"{MOD_MD}MDStapling on\n" + tls_host(ON)
    played = play(lab, text)
    assert played.accepted
    assert not played.started
    assert "AH01958" in played.log_ids
    assert "AS201" in {finding.code for finding in linted(lab, Example(text))}
