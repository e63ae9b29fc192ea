"""One problem is one finding, which lists every host that it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.discovery.sites import read_paths
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.queries import queries
from apachestaple.mod_ssl.spelling import closest_name
from apachestaple.network.ask import ask_all
from apachestaple.report.json import lint_json
from apachestaple.report.lint import LintReport
from apachestaple.report.summary import summarize
from apachestaple.rules.catalogue import all_rules, select_rules
from apachestaple.rules.finding import Effect
from apachestaple.rules.rule import CACHE, tls_host
from apachestaple.settings import Settings
from tests.schemas import LINT, checked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from apachestaple.lint.lint import LintResult
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding
    from tests.lab.play import Lab

ON = "SSLUseStapling on"
ERRORS_OFF = ("SSLStaplingReturnResponderErrors off", "SSLStaplingFakeTryLater off")


def sites_of(*paths: Path, certificates: str | None = None) -> Sequence[Site]:
    settings = Settings(certificates=certificates)
    return read_paths([str(path) for path in paths], settings).sites


def linted(*paths: Path, online: bool = False, select: str = "") -> LintResult:
    sites = sites_of(*paths, certificates="required")
    rules = select_rules((select,), ()) if select else all_rules()
    asked = queries([host for site in sites for host in site.stapling_hosts])
    return lint(sites, rules, dict(ask_all(asked, private=asked)) if online else {})


def in_lab(lab: Lab, text: str, *, online: bool = False, select: str = "") -> tuple[Finding, ...]:
    with lab.httpd(text) as httpd:
        return linted(httpd.root / "httpd.conf", online=online, select=select).findings


def names(finding: Finding) -> list[str]:
    return [host.name.partition(":")[0] for host in finding.hosts]


def test_a_dead_responder_of_many_certificates_and_hosts_is_one_finding(lab: Lab) -> None:
    for number in range(3):
        lab.authority.issue(f"dead-{number}", ocsp=[lab.dead.url])
    hosts = [
        tls_host(ON, certificate=f"dead-{number % 3}", name=f"h{number}") for number in range(200)
    ]
    (finding,) = in_lab(lab, CACHE + "".join(hosts), online=True, select="AS4")
    assert finding.code == "AS411"
    assert names(finding) == [f"h{number}" for number in range(200)]
    assert finding.subject.thing == lab.dead.url
    assert finding.certificate is None, "it is about three certificates"


def test_what_differs_in_its_effect_stays_two(lab: Lab) -> None:
    hosts = [
        tls_host(ON, certificate="dead-responder", name="a"),
        tls_host(ON, *ERRORS_OFF, certificate="dead-responder", name="b"),
        tls_host(ON, certificate="dead-responder", name="c"),
    ]
    found = in_lab(lab, CACHE + "".join(hosts), online=True, select="AS411")
    assert [(finding.effect, names(finding)) for finding in found] == [
        (Effect.BAD_STAPLE, ["a", "c"]),
        (Effect.NO_STAPLE, ["b"]),
    ]


def test_a_revoked_certificate_is_a_finding_of_its_own(lab: Lab) -> None:
    lab.authority.revoke(lab.authority.issue("revoked-2", ocsp=[lab.responder.url]))
    certificates = ("revoked", "revoked-2", "revoked")
    hosts = [tls_host(ON, certificate=c, name=f"h{n}") for n, c in enumerate(certificates)]
    found = in_lab(lab, CACHE + "".join(hosts), online=True, select="AS419")
    assert [names(finding) for finding in found] == [["h0", "h2"], ["h1"]]
    assert [str(f.certificate_path).rpartition("/")[2] for f in found] == [
        "revoked.pem",
        "revoked-2.pem",
    ]


def test_a_certificate_of_many_hosts_is_one_finding_where_the_remedy_is_one(lab: Lab) -> None:
    second = ("SSLCertificateFile certs/rsa.pem", "SSLCertificateKeyFile certs/rsa.key")
    hosts = [
        tls_host(ON, certificate="no-ocsp", name="a"),
        tls_host(ON, *second, certificate="no-ocsp", name="b"),
        tls_host(ON, certificate="no-ocsp", name="c"),
    ]
    found = in_lab(lab, CACHE + "".join(hosts), select="AS304")
    assert [(names(finding), finding.fix) for finding in found] == [
        (["a", "c"], "safe"),
        (["b"], None),
    ]
    assert "staples another one" in found[1].help


def test_what_many_hosts_inherit_is_one_finding(lab: Lab) -> None:
    settings = "SSLUseStapling on\nSSLStaplingResponderTimeout 0\n"
    hosts = [tls_host(name=f"h{number}") for number in range(3)]
    (finding,) = in_lab(lab, CACHE + settings + "".join(hosts), select="AS110")
    assert names(finding) == ["h0", "h1", "h2"]


def test_hosts_of_a_macro_are_one_finding(lab: Lab) -> None:
    macro = (
        "LoadModule macro_module modules/mod_macro.so\n<Macro Site $name>\n"
        + tls_host(ON, name="$name", certificate="no-ocsp")
        + "</Macro>\nUse Site a\nUse Site b\n"
    )
    (finding,) = in_lab(lab, CACHE + macro, select="AS304")
    assert names(finding) == ["a", "b"]


def test_a_directive_knows_the_host_that_it_stands_in(lab: Lab) -> None:
    text = CACHE + "SSLUseStaping on\n" + tls_host("SSLUseStaping on", name="a")
    in_main, in_host = in_lab(lab, text, select="AS101")
    assert (names(in_main), names(in_host)) == ([], ["a"])


def test_a_comment_suppresses_what_its_line_alone_has(lab: Lab) -> None:
    ignored = tls_host(ON, certificate="no-ocsp", name="b").replace(
        "    SSLCertificateFile", "    # apachestaple: ignore[AS304]\n    SSLCertificateFile"
    )
    hosts = tls_host(ON, certificate="no-ocsp", name="a") + ignored
    with lab.httpd(CACHE + hosts) as httpd:
        result = linted(httpd.root / "httpd.conf", select="AS304")
    assert [names(finding) for finding in result.findings] == [["a"]]
    assert result.suppressed == 1


def test_a_file_of_two_servers_is_found_once(tmp_path: Path) -> None:
    # Both are of one repository, so that they may share a file.
    (tmp_path / ".git").mkdir()
    shared = tmp_path / "shared.conf"
    shared.write_text("<VirtualHost *:443>\nServerName a\nSSLUseStaping on\n</VirtualHost>\n")
    mains = [tmp_path / name / "httpd.conf" for name in ("one", "two")]
    for main in mains:
        main.parent.mkdir()
        main.write_text(f"ServerRoot {main.parent}\nInclude {shared}\n")
    sites = sites_of(*mains)
    result = lint(sites, select_rules(("AS101",), ()))
    (finding,) = result.findings
    assert names(finding) == ["a"]
    summary = summarize(sites, result.findings)
    document = checked(lint_json(LintReport(sites, result.findings, summary)), LINT)
    (told,) = document["findings"]
    assert told["hosts"] == [{"name": "a:443", "file": str(shared), "line": 1}]
    assert [one["path"] for one in document["configurations"]] == [str(main) for main in mains]
    assert [host["configuration"] for host in document["hosts"]] == []


def test_of_a_fragment_it_is_unknown_what_the_main_server_says(tmp_path: Path, lab: Lab) -> None:
    fragment = tmp_path / "site.conf"
    fragment.write_text(
        "".join(
            tls_host(*lines, name=name).replace("certs/", f"{lab.certificates_folder}/")
            for name, lines in {"a": (), "b": (ON,), "c": ("SSLUseStapling off",)}.items()
        )
    )
    sites = sites_of(fragment)
    document = checked(lint_json(LintReport(sites, (), summarize(sites, ()))), LINT)
    assert document["configurations"][0]["kind"] == "fragments"
    assert [host["use_stapling"] for host in document["hosts"]] == [None, True, False]
    assert [host["staples"] for host in document["hosts"]] == [None, None, False]
    assert "if SSLStaplingCache" in document["hosts"][1]["why"]
    assert "not set in this part" in document["hosts"][0]["why"]


def test_the_closest_name_is_looked_for_once(tmp_path: Path) -> None:
    main = tmp_path / "httpd.conf"
    main.write_text(f"ServerRoot {tmp_path}\n" + "SSLUseStaping on\n" * 2000)
    closest_name.cache_clear()
    assert len(linted(main, select="AS101").findings) == 2000
    assert closest_name.cache_info().misses == 1
