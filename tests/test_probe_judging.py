"""probe: verdicts on certificates and staples of a running httpd, checked against curl."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from apachestaple.certificates.certificate import Certificate
from apachestaple.probing.judging import Expectations, Limit, Verdict, judge, worst
from apachestaple.probing.names import problem_of_name
from apachestaple.probing.probe import Prober
from apachestaple.probing.targets import Target, parse_target, parse_target_list
from apachestaple.rules.rule import CACHE, tls_host
from tests.test_probe import ON, trusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from apachestaple.probing.judging import Judged
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

# The hosts of one server: a certificate, and its name.
HOSTS = {
    "good": "www.example.com",
    "expired": "expired.example.com",
    "not-yet-valid": "early.example.com",
    "self-signed": "self.example.com",
    "leaf-only": "leaf.example.com",
    "must-staple-no-ocsp": "must.example.com",
    "other-name": "other.example.com",
    "no-name": "nameless.example.com",
    "client-only": "client.example.com",
}


@pytest.fixture(scope="module")
def server(lab: Lab) -> Iterator[Httpd]:
    lab.authority.issue(
        "other-name", names=("www.example.net", "example.net", "a.b", "c.d"), ocsp=()
    )
    lab.authority.issue("no-name", names=(), ocsp=())
    lab.authority.issue("client-only", names=("*.example.com",), is_for_clients=True, ocsp=())
    hosts = [tls_host(certificate=file, name=name) for file, name in HOSTS.items()]
    with lab.httpd(f"{CACHE}{ON}\n{''.join(hosts)}") as httpd:
        assert httpd.start()
        yield httpd


def judged(
    httpd: Httpd, lab: Lab, name: str, expected: Expectations | None = None, **options: object
) -> Judged:
    target = Target("127.0.0.1", httpd.port, name)
    prober = Prober(cafile=trusted(lab), **options)  # type: ignore[arg-type]
    return judge(prober.probe(target), expected or Expectations())


def curl_accepts(httpd: Httpd, lab: Lab, name: str) -> bool:
    return not subprocess.run(
        [
            *("curl", "--silent", "--cacert", trusted(lab), "--output", "/dev/null"),
            *("--resolve", f"{name}:{httpd.port}:127.0.0.1", f"https://{name}:{httpd.port}/"),
        ],
        check=False,
    ).returncode


@pytest.mark.parametrize(
    ("certificate", "name", "problem"),
    [
        ("good", None, None),
        ("good", "any.example.com", None),
        ("good", "WWW.Example.COM", None),
        (
            "good",
            "a.b.example.com",
            "is for www.example.com, example.com, *.example.com and 1 more",
        ),
        ("other-name", None, "is for www.example.net, example.net, a.b and 1 more, not for other."),
        ("expired", None, "the certificate expired at"),
        ("not-yet-valid", None, "the certificate is not valid before"),
        ("self-signed", None, "the certificate is self-signed, and not trusted"),
        ("leaf-only", None, "the server sends only its certificate, and its issuer CN=Lab Inter"),
        ("client-only", None, "the certificate is not for TLS servers"),
    ],
)
def test_a_certificate_is_judged_as_curl_judges_it(
    server: Httpd, lab: Lab, certificate: str, name: str | None, problem: str | None
) -> None:
    wanted = name or HOSTS[certificate]
    result = judged(server, lab, wanted)
    if name and certificate == "good":
        assert result.served.leaf is not None
        assert result.served.leaf.subject == "CN=good", "the first host answers other names"
    texts = [each.text for each in result.problems]
    assert (problem is None) is curl_accepts(server, lab, wanted)
    assert result.verdict is (Verdict.CRITICAL if problem else Verdict.OK), texts
    assert any(problem in text for text in texts) if problem else not texts
    # One problem of a certificate is told once.
    assert len(texts) <= 1 or certificate in ("self-signed", "leaf-only")


def test_a_certificate_without_names_is_for_no_name(server: Httpd, lab: Lab) -> None:
    (problem,) = judged(server, lab, HOSTS["no-name"]).problems
    assert problem.text == (
        "the certificate has no subject alternative name; it must be for nameless.example.com"
    )


@pytest.mark.parametrize(("address", "accepted"), [("127.0.0.1", True), ("127.0.0.2", False)])
def test_an_address_is_compared_with_the_addresses(lab: Lab, address: str, accepted: bool) -> None:
    lab.authority.issue("address", names=(), addresses=("127.0.0.1",), ocsp=())
    with lab.httpd(f"{CACHE}{ON}\n{tls_host(certificate='address')}") as httpd:
        assert httpd.start()
        served = Prober(cafile=trusted(lab)).probe(
            Target(address, httpd.port, None, address="127.0.0.1")
        )
    result = judge(served, Expectations())
    assert (result.verdict is Verdict.OK) is accepted
    if not accepted:
        assert result.problems[0].text == "the certificate is for 127.0.0.1, not for 127.0.0.2"


def test_without_verification_only_dates_and_staples_count(server: Httpd, lab: Lab) -> None:
    off = Expectations(verify=False)
    assert judged(server, lab, HOSTS["self-signed"], off).verdict is Verdict.OK
    assert judged(server, lab, HOSTS["other-name"], off).verdict is Verdict.OK
    assert judged(server, lab, HOSTS["expired"], off).verdict is Verdict.CRITICAL


def test_the_authorities_of_the_system_do_not_include_the_lab(server: Httpd) -> None:
    target = Target("127.0.0.1", server.port, "www.example.com")
    (problem,) = judge(Prober().probe(target), Expectations()).problems
    assert problem.text == (
        "the chain is not trusted: the issuer CN=Lab Root CA of the last certificate is unknown"
    )


def test_an_authority_without_key_usage_is_trusted_as_curl_trusts_it(
    lab: Lab, tmp_path: Path
) -> None:
    """``openssl req -x509`` makes such roots, which the rules of the Web PKI do not allow."""
    root, key = tmp_path / "root.pem", tmp_path / "root.key"
    own, request = tmp_path / "own.pem", tmp_path / "own.csr"
    extension = tmp_path / "extension"
    extension.write_text("subjectAltName=DNS:www.example.com\n")
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    for words in (
        ("req", "-x509", *new, "-keyout", key, "-out", root, "-subj", "/CN=Plain root"),
        ("req", *new, "-keyout", tmp_path / "own.key", "-out", request, "-subj", "/CN=own"),
        (
            *("x509", "-req", "-in", request, "-CA", root, "-CAkey", key, "-CAcreateserial"),
            *("-out", own, "-extfile", extension),
        ),
    ):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
    shutil.copy(own, lab.authority.folder / "own.pem")
    shutil.copy(tmp_path / "own.key", lab.authority.folder / "own.key")
    with lab.httpd(tls_host(certificate="own")) as httpd:
        assert httpd.start()
        target = Target("127.0.0.1", httpd.port, "www.example.com")
        served = Prober(cafile=str(root)).probe(target)
    assert judge(served, Expectations()).problems == ()


def test_how_long_certificate_and_staple_must_last(server: Httpd, lab: Lab) -> None:
    served = judged(server, lab, "www.example.com").served
    assert served.leaf is not None
    assert served.staple_left is not None
    end, left = served.leaf.not_after - served.at, served.staple_left
    hour = dt.timedelta(hours=1)
    expectations: list[tuple[dt.timedelta, Callable[[Limit], Expectations]]] = [
        (end, lambda limit: Expectations(certificate=limit)),
        (left, lambda limit: Expectations(staple=limit)),
    ]
    for time, expected in expectations:
        for limit, verdict in (
            (Limit(), Verdict.OK),
            (Limit(warning=time - hour), Verdict.OK),
            (Limit(warning=time + hour), Verdict.WARNING),
            (Limit(critical=time + hour), Verdict.CRITICAL),
            (Limit(warning=time + 2 * hour, critical=time + hour), Verdict.CRITICAL),
            (Limit(warning=time + hour, critical=time - hour), Verdict.WARNING),
        ):
            result = judge(served, expected(limit))
            assert result.verdict is verdict
            assert all("expires in" in problem.text for problem in result.problems)
            assert bool(result.problems) is (verdict is not Verdict.OK)
            days, hours = time / dt.timedelta(days=1), time / hour
            rest = {f"expires in {days:.1f} days", f"expires in {hours:.1f} hours"}
            assert all(any(each in problem.text for each in rest) for problem in result.problems)


def test_a_staple_can_be_required(server: Httpd, lab: Lab) -> None:
    required = Expectations(require_staple=True)
    assert judged(server, lab, "www.example.com", required).verdict is Verdict.OK
    must = judged(server, lab, HOSTS["must-staple-no-ocsp"])
    assert must.verdict is Verdict.CRITICAL, "the certificate requires it"
    with lab.httpd(tls_host(certificate="no-ocsp")) as httpd:
        assert httpd.start()
        assert judged(httpd, lab, "www.example.com").verdict is Verdict.OK
        (problem,) = judged(httpd, lab, "www.example.com", required).problems
    assert problem == (Verdict.CRITICAL, "no staple was sent")


def test_both_certificates_of_a_host_are_judged(lab: Lab) -> None:
    lab.authority.issue("second", names=("www.example.com",), key="rsa", ocsp=())
    lines = ("SSLCertificateFile certs/second.pem", "SSLCertificateKeyFile certs/second.key")
    with lab.httpd(f"{CACHE}{ON}\n{tls_host(*lines)}") as httpd:
        assert httpd.start()
        result = judged(httpd, lab, "www.example.com", Expectations(require_staple=True))
    (other,) = result.served.others
    assert result.served.leaf is not None
    assert other.leaf is not None
    assert {result.served.leaf.subject, other.leaf.subject} == {"CN=good", "CN=second"}
    assert result.problems == (
        (Verdict.CRITICAL, "for clients that only accept RSA: no staple was sent"),
    )


def test_a_host_with_one_certificate_has_no_other(server: Httpd, lab: Lab) -> None:
    assert judged(server, lab, "www.example.com").served.others == ()


def test_the_worst_verdict() -> None:
    assert worst([]) is Verdict.OK
    assert worst([Verdict.OK, Verdict.UNKNOWN]) is Verdict.UNKNOWN
    assert worst([Verdict.UNKNOWN, Verdict.WARNING]) is Verdict.WARNING
    assert worst(Verdict) is Verdict.CRITICAL


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("bücher.example", "xn--bcher-kva.example"),
        ("faß.example", "xn--fa-hia.example"),
        ("my_host.example.com.", "my_host.example.com"),
    ],
)
def test_internationalised_names_are_requested_in_ascii(text: str, name: str) -> None:
    target = parse_target(text)
    assert target.servername == name
    assert target.expected_name == name


def test_a_list_of_targets_has_comments() -> None:
    text = "# all\nwww.example.com\n\n  [::1]:8443  # v6\r\n#off.example.com\n"
    assert list(parse_target_list(text)) == [(2, "www.example.com"), (4, "[::1]:8443")]


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        (("a.example", "b.example", "c.example"), "a.example, b.example, c.example, not for"),
        (("a.example", "b.example", "c.example", "d.example"), "c.example and 1 more, not for"),
    ],
)
def test_a_message_lists_three_names(lab: Lab, names: tuple[str, ...], listed: str) -> None:
    issued = lab.authority.issue("several-names", names=names, ocsp=())
    leaf = Certificate.parse(issued.x509.public_bytes(Encoding.DER))
    assert listed in (problem_of_name(leaf, "www.example.com") or "")


def test_authorities_in_a_pipe_are_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="not a regular file"):
        Prober(cafile=str(pipe))
