"""What responders answer: httpd and we ask the same, and httpd does with it what we predict."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cryptography.x509 import ocsp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apachestaple.certificates.pem import CertificateReader
from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.queries import queries
from apachestaple.mod_ssl.site import understand
from apachestaple.network.ask import ask, ask_all
from apachestaple.ocsp.query import FailureKind, Query, measured_lengths
from apachestaple.ocsp.responses import read_response, status_request
from apachestaple.probing.probe import Prober
from apachestaple.probing.targets import Target
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.finding import Confidence, Effect, Severity
from apachestaple.rules.rule import CACHE, tls_host
from tests.lab.certificates import SWITCHED_OFF
from tests.lab.openssl import openssl_of
from tests.lab.raw import RawServer, full_port
from tests.lab.strange import WAYS, StrangeResponder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site
    from apachestaple.ocsp.query import Answer
    from apachestaple.probing.served import Served
    from apachestaple.rules.finding import Finding
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

USABLE = {
    "good",
    "by-issuer",
    "just-expired",
    "large",
    "no-next-update",
    "several",
    "three-days-old",
    "trailing-bytes",
}
# httpd reads on as long as it drips, and waits a second for each that is kept open.
PLAYED = sorted(set(WAYS) - {"drip"})
SWITCHES = {
    "default": (),
    "kept-back": ("SSLStaplingReturnResponderErrors off", "SSLStaplingFakeTryLater off"),
}


def understood(httpd: Httpd) -> Site:
    return understand(read(locate(str(httpd.root / "httpd.conf"), Options())))


def online(site: Site) -> list[Finding]:
    rules = [rule for rule in all_rules() if rule.needs_answers]
    return list(lint([site], rules, answers_of(site)).findings)


def answers_of(site: Site) -> dict[Query, Answer]:
    wanted = queries(site.stapling_hosts)
    return dict(ask_all(wanted, private=wanted))


def asked(lab: Lab, url: str, *, timeout: int = 1, longest: float = 3, proxy: str = "") -> Answer:
    """The answer about the lab's good certificate."""
    file = CertificateReader().read(str(lab.certificates_folder / "good.pem"))
    assert file.leaf is not None
    question = Query(url, proxy or None, timeout, file.leaf.sha1, file.leaf, file.chain[0])
    return ask(question, only_public=False, longest=longest)


# -- httpd is the referee -----------------------------------------------------------------------


def test_httpd_does_with_each_strange_answer_what_is_predicted(lab: Lab) -> None:
    hosts = {
        f"{way}.{switch}": tls_host(*lines, certificate=f"answer-{way}", name=f"{way}.{switch}")
        for switch, lines in SWITCHES.items()
        for way in PLAYED
    }
    general = "SSLUseStapling on\nSSLStaplingResponderTimeout 1\n"
    with lab.httpd(CACHE.replace("131072", "1048576") + general + "".join(hosts.values())) as httpd:
        findings = {
            host.name.partition(":")[0]: finding
            for finding in online(understood(httpd))
            for host in finding.hosts
        }
        for switch in SWITCHES:
            # Anew each time: a certificate has one place in the cache, whatever the host.
            assert httpd.start()
            for name in (f"{way}.{switch}" for way in PLAYED):
                before = len(httpd.log)
                shaken = [Prober().probe(Target("127.0.0.1", httpd.port, name)) for _ in range(2)]
                log, newer = httpd.log[before:], openssl_of(httpd.log) >= (3, 6)
                found = findings.get(name)
                assert not disagreement(found, shaken, log, has_openssl_36=newer), (name, shaken)
            httpd.stop()
    assert {name.partition(".")[0] for name in set(hosts) - set(findings)} == USABLE


def disagreement(
    finding: Finding | None, shaken: list[Served], log: str, *, has_openssl_36: bool
) -> str | None:
    """What the server did otherwise than the finding says, in a first and a second handshake."""
    last = shaken[-1]
    if finding is None:
        return last.problem_of_staple or (None if last.status == "good" else "no staple")
    if finding.log_id and finding.log_id not in log:
        return f"{finding.log_id} is not in the log"
    if finding.effect is Effect.BAD_STAPLE and not last.staple_length:
        # OpenSSL 3.6 does not give out a response for another certificate.
        return None if finding.code == "AS416" and has_openssl_36 else "no staple"
    if finding.effect is Effect.NO_STAPLE and last.staple_length:
        return "a staple"
    if finding.effect is Effect.STALLS_HANDSHAKES:
        waited = shaken[0].seconds >= 1 or log.count("querying responder") == 2
        return None if waited else "no wait"
    return None


@pytest.mark.parametrize(
    ("way", "line", "words"),
    [
        ("just-expired", "SSLStaplingResponseTimeSkew 10", "expired at"),
        ("three-days-old", "SSLStaplingResponseMaxAge 86400", "seconds old"),
    ],
)
def test_skew_and_maximum_age_are_those_of_the_host(
    lab: Lab, way: str, line: str, words: str
) -> None:
    configuration = CACHE + tls_host("SSLUseStapling on", line, certificate=f"answer-{way}")
    with lab.httpd(configuration) as httpd:
        (finding,) = online(understood(httpd))
        assert finding.code == "AS417"
        assert words in finding.message
        assert httpd.start()
        Prober().probe(Target("127.0.0.1", httpd.port, "www.example.com"))
        assert "AH01936" in httpd.log


@pytest.fixture(scope="module")
def recorded(lab: Lab) -> Iterator[tuple[bytes, bytes]]:
    """The request that httpd sends for the good certificate, and the one that we send."""
    with StrangeResponder(lab.authority) as responder:
        forced = f"SSLStaplingForceURL {responder.url('good')}?a=b"
        responder.url("good")
        with lab.httpd(CACHE + tls_host("SSLUseStapling on", forced)) as httpd:
            site = understood(httpd)
            assert httpd.start()
            assert (
                Prober().probe(Target("127.0.0.1", httpd.port, "www.example.com")).status == "good"
            )
            online(site)
        yield responder.requests[0], responder.requests[1]


def test_our_request_is_httpd_s_own_byte_by_byte(recorded: tuple[bytes, bytes]) -> None:
    httpd, ours = recorded
    assert httpd == ours
    assert ours.startswith(b"POST /good?a=b HTTP/1.0\r\n")


def test_through_a_proxy_too(lab: Lab) -> None:
    with StrangeResponder(lab.authority) as proxy:
        lines = (
            f"SSLOCSPProxyURL http://127.0.0.1:{proxy.port}/",
            "SSLStaplingForceURL http://ocsp.example.com/by-issuer",
        )
        with lab.httpd(CACHE + tls_host("SSLUseStapling on", *lines)) as httpd:
            assert httpd.start()
            assert Prober().probe(Target("127.0.0.1", httpd.port, "www.example.com")).verified
            assert not online(understood(httpd))
        httpds, ours = proxy.requests
        assert httpds == ours
        assert ours.startswith(b"POST http://ocsp.example.com:80/by-issuer HTTP/1.0\r\n")


# -- what goes wrong, each with its own words and within its time ---------------------------------


@pytest.mark.parametrize(
    ("way", "kind", "words"),
    [
        ("not-found", FailureKind.HTTP, "answers the HTTP status 404"),
        ("redirect", FailureKind.HTTP, "answers the HTTP status 302"),
        ("not-http", FailureKind.HTTP, "does not answer with HTTP"),
        ("nothing", FailureKind.HTTP, "closes the connection without an answer"),
        ("endless", FailureKind.HTTP, "sends more than 2097152 bytes"),
        ("endless-head", FailureKind.HTTP, "sends more than 256 header lines"),
        ("endless-line", FailureKind.HTTP, "sends a line of more than 8192 bytes"),
        ("html", FailureKind.NOT_OCSP, "answers with a web page instead of an OCSP response"),
        ("garbage", FailureKind.NOT_OCSP, "answers with 9 bytes instead of an OCSP response"),
        ("empty-body", FailureKind.NOT_OCSP, "answers with an empty body"),
        ("cut", FailureKind.NOT_OCSP, "bytes instead of an OCSP response"),
        ("chunked", FailureKind.NOT_OCSP, "in chunks (Transfer-Encoding), which httpd does not"),
        ("kept-open", FailureKind.SILENT, "bytes and then keeps the connection open for 1 s"),
        ("drip", FailureKind.SILENT, "has not finished after 1.5 s"),
    ],
)
def test_an_answer_that_is_none(lab: Lab, way: str, kind: FailureKind, words: str) -> None:
    answer = asked(lab, lab.strange.url(way), longest=1.5)
    assert answer.failure is not None
    assert answer.failure.kind is kind
    assert words in answer.failure.reason
    assert answer.seconds < 3


def test_a_responder_that_is_not_there(lab: Lab) -> None:
    # A label of 64 characters needs no resolver to be refused.
    answer = asked(lab, f"http://{'x' * 64}.example.com/")
    assert answer.failure is not None
    assert (answer.failure.kind, answer.failure.log_id) == (FailureKind.UNREACHABLE, "AH01972")
    assert "does not resolve" in answer.failure.reason
    refused = asked(lab, lab.dead.url).failure
    assert refused is not None
    assert (refused.kind, refused.log_id) == (FailureKind.UNREACHABLE, "AH01974")
    assert "Connection refused" in refused.reason
    assert asked(lab, "http://127.0.0.1:http/").failure is not None
    behind = asked(lab, lab.strange.url("good"), proxy=lab.dead.url).failure
    assert behind is not None
    assert f"through the proxy {lab.dead.url}" in behind.reason


def test_a_responder_that_accepts_and_says_nothing(lab: Lab) -> None:
    answer = asked(lab, lab.silent.url)
    assert answer.failure is not None
    assert answer.failure.reason == "accepts the connection but sends nothing for 1 s"
    assert 1 <= answer.seconds < 3


def test_a_firewall_that_drops_packets(lab: Lab) -> None:
    listener, waiting = full_port()
    try:
        answer = asked(lab, f"http://127.0.0.1:{listener.getsockname()[1]}/")
    finally:
        for one in (listener, *waiting):
            one.close()
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.SILENT
    assert "does not answer within 1 s" in answer.failure.reason
    assert answer.seconds < 3


def test_a_connection_that_is_reset(lab: Lab) -> None:
    def reset(connection: socket.socket) -> None:
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    with RawServer(reset) as server:
        answer = asked(lab, f"http://127.0.0.1:{server.port}/")
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.UNREACHABLE
    assert "interrupts the connection" in answer.failure.reason


def test_a_responder_on_ipv6(lab: Lab) -> None:
    with StrangeResponder(lab.authority, "::1") as responder:
        response = asked(lab, responder.url("good")).response
    assert response is not None
    assert response.status == "good"


def test_a_responder_by_its_name(lab: Lab) -> None:
    url = lab.strange.url("good").replace("127.0.0.1", "localhost")
    assert asked(lab, url).response is not None


def test_no_time_at_all_is_no_answer(lab: Lab) -> None:
    answer = asked(lab, lab.strange.url("good"), timeout=0)
    assert answer.failure is not None
    assert answer.seconds < 1
    text = CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponderTimeout 0")
    with lab.httpd(text) as httpd:
        (wanted,) = queries(understood(httpd).stapling_hosts)
    assert wanted.timeout == 0


# -- who signed, for whom, until when: openssl ocsp is the referee ------------------------------

RESPONSES = {
    **dict.fromkeys(("good", "by-issuer", "no-next-update", "three-days-old"), None),
    **dict.fromkeys(("just-expired", "long", "revoked", "unknown"), None),
    "sha256-id": None,
    "expired": "Status Expired",
    "not-yet-valid": "Status Not Yet Valid",
    "another-certificate": "No Status found",
    "stranger": "Response Verify Failure",
    "without-purpose": "Response Verify Failure",
    "bad-signature": "Response Verify Failure",
}


@pytest.mark.parametrize("way", RESPONSES)
def test_openssl_says_the_same_of_a_response(lab: Lab, way: str) -> None:
    folder = lab.certificates_folder
    url = lab.strange.url(way)
    response = asked(lab, url).response
    assert response is not None
    command = ["openssl", "ocsp", "-issuer", str(lab.authority.intermediate_file)]
    digest = ["-sha256"] if way == "sha256-id" else []
    command += [*digest, "-cert", str(folder / "good.pem")]
    command += ["-CAfile", str(lab.authority.root_file)]
    command += ["-verify_other", str(lab.authority.intermediate_file), "-no_nonce"]
    command += ["-url", url, "-validity_period", "300"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    said = done.stdout + done.stderr
    assert "Response verify OK" in said or "Response Verify Failure" in said, said
    expected = RESPONSES[way]
    now = asked(lab, url).at
    if expected is None:
        assert "Response verify OK" in said
        assert "WARNING" not in said
        assert response.problem_of_proof(now) is None
        assert re.search(rf"good.pem: {response.status}", said)
    else:
        assert expected.lower() in said.lower(), said
        assert response.problem_of_proof(now) is not None


@given(
    changes=st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=2)), min_size=1, max_size=4),
    with_issuer=st.booleans(),
)
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_are_a_response_or_none(
    lab: Lab, changes: list[tuple[int, bytes]], with_issuer: bool
) -> None:
    file = CertificateReader().read(str(lab.certificates_folder / "good.pem"))
    assert file.leaf is not None
    request = ocsp.load_der_ocsp_request(status_request(file.leaf, file.chain[0]))
    der = lab.strange.signer.response(request)
    for place, new in changes:
        der = der[:place] + new + der[place + 1 :]
    try:
        response = read_response(der, file.leaf, file.chain[0] if with_issuer else None)
    except ValueError:
        return
    assert response.length <= len(der)
    response.problem(datetime.now(UTC))


# -- many at once -------------------------------------------------------------------------------


def test_many_silent_responders_take_no_longer_than_one(lab: Lab) -> None:
    file = CertificateReader().read(str(lab.certificates_folder / "good.pem"))
    assert file.leaf is not None
    leaf, issuer = file.leaf, file.chain[0]
    wanted = [Query(f"{lab.silent.url}/{n}", None, 1, leaf.sha1, leaf, issuer) for n in range(16)]
    begin = time.monotonic()
    came = dict(ask_all(wanted, private=wanted))
    assert time.monotonic() - begin < 5
    assert set(came) == set(wanted)
    assert all(answer.failure for answer in came.values())


def test_the_same_question_is_asked_once(lab: Lab) -> None:
    hosts = [
        tls_host("SSLUseStapling on", certificate="answer-good", name=name) for name in ("a", "b")
    ]
    with lab.httpd(CACHE + "".join(hosts)) as httpd:
        before = len(lab.strange.asked)
        assert not online(understood(httpd))
        assert len(lab.strange.asked) == before + 1


def test_a_certificate_without_a_response_has_no_measured_length(lab: Lab) -> None:
    on = "SSLUseStapling on"
    hosts = tls_host(on, certificate="dead-responder") + tls_host(on, name="b.example.com")
    with lab.httpd(CACHE + hosts) as httpd:
        answers = answers_of(understood(httpd))
    assert len(answers) == 2
    (answered,) = (asked for asked, answer in answers.items() if answer.response is not None)
    assert measured_lengths(answers).keys() == {answered.sha1}


def test_measured_lengths_take_the_place_of_estimates(lab: Lab) -> None:
    names = ("good", "other", "third", "rsa", "must-staple")
    hosts = "SSLUseStapling on\n" + "".join(tls_host(certificate=n, name=n) for n in names)
    rules = [rule for rule in all_rules() if rule.code == "AS207"]
    with lab.httpd(f"SSLStaplingCache shmcb:logs/stapling(10000)\n{hosts}") as httpd:
        site = understood(httpd)
        (estimated,) = lint([site], rules).findings
        assert estimated.severity is Severity.INFO
        answers = answers_of(site)
        assert not lint([site], rules, answers).findings, "five of 650 bytes have room enough"
    hosts += tls_host(certificate="revoked", name="revoked")
    with lab.httpd(f"SSLStaplingCache shmcb:logs/stapling(8192)\n{hosts}") as httpd:
        site = understood(httpd)
        answers = answers_of(site)
        (measured,) = lint([site], rules, answers).findings
    assert (measured.severity, measured.confidence) == (Severity.WARNING, Confidence.CERTAIN)
    total = sum(measured_lengths(answers).values())
    assert "6 of 6 certificates (good, other, third and others) share" in measured.message
    assert f"responses of {total} bytes together" in measured.message


def test_what_a_responder_answers_is_worth_more_than_that_it_was_switched_off(lab: Lab) -> None:
    lab.authority.issue("back-again", ocsp=[f"{SWITCHED_OFF}/good"])
    proxy = f"SSLOCSPProxyURL http://127.0.0.1:{lab.strange.port}/"
    with lab.httpd(CACHE + tls_host("SSLUseStapling on", proxy, certificate="back-again")) as httpd:
        site = understood(httpd)
        rules = [rule for rule in all_rules() if rule.code == "AS403"]
        assert len(lint([site], rules).findings) == 1
        assert not online(site)
        answers = answers_of(site)
        assert not lint([site], rules, answers).findings


def test_a_response_with_an_unknown_hash_is_identified_by_its_serial_number(lab: Lab) -> None:
    good, issuer = lab.certificates["good"].cert, lab.authority.intermediate_file
    file = CertificateReader().read(str(good))
    authority = CertificateReader().read(str(issuer)).leaf
    assert file.leaf is not None
    assert authority is not None
    der = lab.responder.answer(status_request(file.leaf, authority))
    known = read_response(der, file.leaf, None)
    assert (known.matches, known.is_by_sha1, known.status) == (True, True, "good")
    sha1, unknown = bytes.fromhex("2b0e03021a"), bytes.fromhex("2b0e03027f")
    assert der.count(sha1) == 1
    found = read_response(der.replace(sha1, unknown), file.leaf, None)
    assert (found.matches, found.is_by_sha1, found.status) == (True, False, "good")
