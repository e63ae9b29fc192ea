"""What reports say, and how."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from apachestaple.certificates.pem import CertificateFile
from apachestaple.discovery.starts import find_start
from apachestaple.httpd.configuration import Directive, Place
from apachestaple.httpd.source_file import SourceFile
from apachestaple.mod_ssl.addresses import Address
from apachestaple.mod_ssl.hosts import Host, HostCertificate
from apachestaple.mod_ssl.reading import read_site
from apachestaple.mod_ssl.responders import responders
from apachestaple.report.github import github_report
from apachestaple.report.hosts import expected_hosts, hosts_table
from apachestaple.report.json import hosts_json, lint_json, responders_json, rules_json
from apachestaple.report.lint import LintReport
from apachestaple.report.markdown import rules_page
from apachestaple.report.recorded import recorded
from apachestaple.report.summary import Summary, summarize
from apachestaple.report.tables import responders_table, rule_in_text, rules_table
from apachestaple.report.terminal import Paint, pad, printable, short, width, without_commands
from apachestaple.report.text import text_report
from apachestaple.rules.as419_certificate_revoked import CertificateRevoked
from apachestaple.rules.by_hand import checks
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.finding import Confidence, Effect, Finding, Severity
from apachestaple.rules.remedy import LoadModule
from apachestaple.rules.rule import FIXED
from apachestaple.rules.subject import Subject
from apachestaple.settings import Settings
from tests.lab.ca import Authority
from tests.lab.certificates import standard_certificates
from tests.schemas import HOSTS, LINT, RESPONDERS, RULES, checked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from apachestaple.mod_ssl.site import Site

NOTHING = Summary(files=1, hosts=0, certificates=0, errors=0, warnings=0, infos=0, fixable=0)


class Said(CertificateRevoked):
    """A rule that says what it is told."""

    code = "AS201"
    message = "{text}"
    help = "Set it."

    @property
    def name(self) -> str:
        return "missing-stapling-cache"


def finding(text: str, line: int, column: int, end: tuple[int, int], **other: Any) -> Finding:
    place = Place("/c/site.conf", line, column, *end)
    known: dict[str, Any] = {
        "rule": Said(),
        "subject": Subject(("server", "/c/httpd.conf"), "", place, "/c/site.conf", text),
        "severity": Severity.ERROR,
        "confidence": Confidence.CERTAIN,
        "effect": Effect.DOES_NOT_START,
        "facts": {"text": text},
        "log_id": None,
        "place": place,
        "configuration": "/c/httpd.conf",
    }
    return Finding(**{**known, **other})


def remedy(*, safe: bool = True) -> LoadModule:
    return LoadModule(module="ssl_module", reason="it is needed", safe=safe)


def a_host(name: str, line: int) -> Host:
    """A virtual host of a file that has blank lines before it."""
    file = SourceFile("/c/site.conf", "\n" * (line - 1) + f"<VirtualHost *:443>\nServerName {name}")
    section = Directive("<VirtualHost", "<virtualhost", "*:443>", None, file, line - 1)
    named = Directive("ServerName", "servername", name, section, file, line)
    return Host(section, (Address("*", 443),), Host(None, ()), {"servername": named})


def a_certificate(path: str) -> HostCertificate:
    file = SourceFile("/c/site.conf", f"SSLCertificateFile {path}\n")
    directive = Directive("SSLCertificateFile", "sslcertificatefile", path, None, file, 0)
    return HostCertificate(directive, CertificateFile(path))


def report(text: str, *findings: Finding) -> str:
    # Of a file without a directive, no line would be shown.
    sources = {"/c/site.conf": SourceFile("/c/site.conf", f"{text}\nSSLEngine on\n")}
    return shown(*findings, sources=sources)


def shown(
    *findings: Finding,
    sources: Mapping[str, SourceFile] | None = None,
    summary: Summary = NOTHING,
    **options: Any,
) -> str:
    """The text report of findings."""
    made = LintReport([], findings, summary, **options)
    return text_report(made, sources or {})


# -- findings as text ---------------------------------------------------------------------------


def test_a_finding_shows_its_line_and_spot() -> None:
    one = finding(
        "no cache",
        2,
        5,
        (2, 22),
        log_id="AH01958",
        hosts=(a_host("www", 1),),
        remedy=remedy(),
    )
    assert report("<VirtualHost *>\n    SSLUseStapling on\n", one) == (
        """\
error[AS201] missing-stapling-cache: no cache [fixable]
 --> /c/site.conf:2:5
  |
2 |     SSLUseStapling on
  |     ^^^^^^^^^^^^^^^^^
  = host: www:443 (/c/site.conf:1)
  = effect: does-not-start: httpd -t passes, but the server does not start
  = log: AH01958
  = help: Set it.

RULE   NAME                    SEVERITY  FINDINGS  HOSTS  FIX
AS201  missing-stapling-cache  error     1         1      safe

 in 1 file, 0 hosts, 0 certificates; apachestaple fix can repair 1
"""
    )


def test_five_hosts_of_a_finding_are_listed_at_most() -> None:
    def hosts(count: int) -> str:
        found = tuple(a_host(f"h{number}", number + 1) for number in range(count))
        lines = report("Listen 443\n", finding("x", 1, 1, (1, 2), hosts=found))
        return next(line for line in lines.splitlines() if "hosts:" in line)

    assert hosts(2) == "  = hosts: h0:443 (/c/site.conf:1), h1:443 (/c/site.conf:2)"
    assert hosts(5).endswith("h4:443 (/c/site.conf:5)")
    assert hosts(200).endswith("h4:443 (/c/site.conf:5) and 195 more")


def test_a_continued_directive_shows_its_lines_three_at_most() -> None:
    text = "  SSLStaplingCache \\\n  a\\\n  b\\\n  c\n"
    shown = report(text, finding("x", 1, 3, (2, 4)))
    assert "1 |   SSLStaplingCache \\\n  |   ^^^^^^^^^^^^^^^^^^\n2 |   a\\\n  |   ^\n  =" in shown
    shown = report(text, finding("x", 1, 3, (4, 4)))
    assert "3 |   b\\\n  |   ^^\n  | …\n  =" in shown


@pytest.mark.parametrize(
    ("line", "column", "end", "shown", "carets"),
    [
        ("\tName x", 2, 6, "    Name x", "    ^^^^"),
        ("名前 x", 4, 5, "名前 x", "     ^"),
        ("名前 x", 1, 3, "名前 x", "^^^^"),
        ("e\u0301 x", 4, 5, "e\u0301 x", "  ^"),
        ("\udcff\udcfe x", 4, 5, "\\xff\\xfe x", "         ^"),
        ("\x1b[31m x", 7, 8, "\\x1b[31m x", "         ^"),
        ("x\r", 1, 2, "x", "^"),
        ("a b", 2, 2, "a b", " ^"),
    ],
)
def test_the_carets_stand_under_the_spot(
    line: str, column: int, end: int, shown: str, carets: str
) -> None:
    lines = report(line + "\n", finding("x", 1, column, (1, end))).splitlines()
    assert lines[3] == f"1 | {shown}"
    assert lines[4] == f"  | {carets}"


def test_of_a_very_long_line_the_spot_is_shown() -> None:
    line = "x" * 5000 + "HERE" + "y" * 5000
    lines = report(line, finding("x", 1, 5001, (1, 5005))).splitlines()
    assert len(lines[3]) < 200
    start = lines[4].index("^")
    assert lines[3][start : start + 4] == "HERE"
    assert lines[4].count("^") == 4
    assert len(report(line, finding("x", 1, 1, (1, 10_005))).splitlines()[4]) < 200


def test_a_place_that_is_not_there_shows_no_line() -> None:
    for place in (Place("/gone", 1, 1, 1, 1), Place("/c/site.conf", 9, 1, 9, 1)):
        shown = report("Listen 80\n", finding("x", 1, 1, (1, 1), place=place))
        assert "|" not in shown
        assert f"--> {place.file}:{place.line}:1" in shown


def test_the_last_line_counts() -> None:
    both = [finding("x", 1, 1, (1, 2), remedy=remedy(safe=safe)) for safe in (True, False)]
    summary = Summary(2, 1, 1, errors=2, warnings=1, infos=0, fixable=2)
    assert shown(*both, summary=summary).endswith(
        "2 errors, 1 warning in 2 files, 1 host, 1 certificate; "
        "apachestaple fix can repair 1, and 1 more with --unsafe\n"
    )
    assert shown(*both[1:], summary=summary).endswith("; apachestaple fix --unsafe can repair 1\n")
    assert shown() == "No findings in 1 file, 0 hosts, 0 certificates.\n"


def test_colour_is_laid_over_the_same_text() -> None:
    one = finding("x", 1, 1, (1, 2))
    sources = {"/c/site.conf": SourceFile("/c/site.conf", "Listen 80\n")}
    coloured = shown(one, sources=sources, paint=Paint(colour=True))
    assert "\x1b[1;31merror[AS201]\x1b[0m" in coloured


def test_paths_below_the_working_folder_are_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert short(f"{tmp_path}/sites/a.conf") == "sites/a.conf"
    assert short(f"{tmp_path}x/a.conf") == f"{tmp_path}x/a.conf"
    assert short("/etc/a.conf", "/") == "etc/a.conf"


def test_nothing_that_steers_a_terminal_is_printable() -> None:
    assert printable("a\x1b[2J\u202e\udc80\nb\u00a0c") == r"a\x1b[2J\u202e\x80\nb c"
    assert printable("\u200b\ufeff\u061c\u3164\ufe0f\U000e0041\ud800\t\r") == (
        r"\u200b\ufeff\u061c\u3164\ufe0f\U000e0041\ud800\t\r"
    )
    assert printable("名前 é ü") == "名前 é ü"
    assert width("名前") == 4
    assert pad("名", 4) == "名  "


# -- findings for programs ----------------------------------------------------------------------


def test_json_is_valid_whatever_the_bytes() -> None:
    one = finding("\udcff\x1b名", 1, 1, (1, 2), certificate=a_certificate("/c/\udcfe.pem"))
    document = checked(lint_json(LintReport([], [one], NOTHING)), LINT)
    assert document["configurations"] == []
    assert document["findings"][0]["certificate"] == "/c/\udcfe.pem"


def test_github_commands_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", "/c")
    one = finding("100%\r\n::error::", 2, 3, (2, 9), place=Place("/c/a,b:c.conf", 2, 3, 2, 9))
    assert github_report([one]) == (
        "::error file=a%2Cb%3Ac.conf,line=2,endLine=2,col=3,endColumn=9,"
        "title=AS201 missing-stapling-cache::100%25\\r%0A:\\u003aerror:: "
        "(httpd -t passes, but the server does not start). Set it.\n"
    )


def test_github_names_five_hosts_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", "/c")
    several = finding("x", 1, 1, (1, 2), hosts=(a_host("a", 1), a_host("b", 2)))
    assert github_report([several]).endswith(" Set it. Hosts: a:443, b:443.\n")
    many = finding("x", 1, 1, (1, 2), hosts=tuple(a_host(f"h{n}", 1) for n in range(200)))
    assert github_report([many]).endswith("h3:443, h4:443 and 195 more.\n")


def test_a_fingerprint_stays_when_lines_move() -> None:
    one, moved = finding("x", 1, 1, (1, 2)), finding("x", 7, 3, (8, 2))
    assert one.fingerprint == moved.fingerprint
    others = (
        finding("y", 1, 1, (1, 2)),
        finding("x", 1, 1, (1, 2), hosts=(a_host("a", 1),)),
        finding("x", 1, 1, (1, 2), rule=all_rules()[0]),
    )
    assert len({one.fingerprint, *(other.fingerprint for other in others)}) == 4


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("::error::x", r":\u003aerror::x"),
        ("  ::error file=a,line=1::x", r"  :\u003aerror file=a,line=1::x"),
        ("::1 is an address", r":\u003a1 is an address"),
        ("a ::set-output name=b::c", r"a :\u003aset-output name=b::c"),
        ("a::error::b::error::c", r"a:\u003aerror:\u003ab:\u003aerror::c"),
        ("a ##vso[task.x]b", r"a #\u0023vso[task.x]b"),
        ("###[error]", r"##\u0023[error]"),
        ("##teamcity[x]", r"#\u0023teamcity[x]"),
    ],
)
def test_no_line_has_a_command_of_a_ci_runner(line: str, shown: str) -> None:
    assert without_commands(f"first\n{line}\nlast") == f"first\n{shown}\nlast"
    document = json.dumps({"line": line})
    assert json.loads(without_commands(document)) == {"line": line}


@pytest.mark.parametrize(
    "line",
    ["[::1]:443 and [::ffff:1.2.3.4]:443", "at 2001:db8::a, ::b", "A::B", "## heading", "#["],
)
def test_addresses_and_names_are_no_commands(line: str) -> None:
    assert without_commands(line) == line


def test_github_gets_columns_within_one_line_only() -> None:
    several = finding("x", 2, 3, (4, 9), severity=Severity.INFO)
    assert github_report([several]).startswith("::notice file=/c/site.conf,line=2,endLine=4,title")


# -- the catalogue ------------------------------------------------------------------------------


def test_the_catalogue_is_complete_in_every_form() -> None:
    rules = all_rules()
    table, page = rules_table(rules, Paint()), rules_page(rules)
    documents = checked(rules_json(rules), RULES)
    for rule, document in zip(rules, documents, strict=True):
        assert rule.code in table
        heading = f"## {rule.code} {rule.name}"
        assert f"\n{heading}\n" in page
        anchor = heading.removeprefix("## ").lower().replace(" ", "-")
        assert document["url"].endswith(f"#{anchor}")
        assert f"](#{anchor})" in page
        alone = rule_in_text(rule, Paint())
        assert bool(rule.repair) is (rule.fix is not None)
        assert checks(rule) or rule.effect is Effect.ADVICE
        commands = [check.command for check in checks(rule) if check.command]
        assert len(recorded(rule).outputs) == len(commands)
        for command in commands:
            assert f"    $ {command}\n" in alone
        assert bool(recorded(rule).diff) is (rule.fix is not None)
        for example in (*rule.bad, *(good for good in rule.good if good is not FIXED)):
            for line in example.text.splitlines():
                assert printable(line).strip() in alone


# -- hosts and responders -----------------------------------------------------------------------

RESPONDER = "http://ocsp.example.com:8080/r"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server root with certificates of every kind."""
    root = tmp_path_factory.mktemp("server")
    authority = Authority(root / "certs", RESPONDER, write_keys=False)
    standard_certificates(authority, RESPONDER, "http://dead.example", "http://silent.example")
    return root


def understood(root: Path, *hosts: str, main: str = "SSLStaplingCache shmcb:x(131072)") -> Site:
    """The site of a main file with these hosts, each given by its lines."""
    lines = [
        f"ServerRoot {root}",
        "LoadModule ssl_module m.so",
        "LoadModule socache_shmcb_module m.so",
        "Listen 443",
        main,
    ]
    for number, host in enumerate(hosts):
        lines += ["<VirtualHost *:443>", f"ServerName h{number}", "SSLEngine on", host]
        lines += ["</VirtualHost>"]
    (root / "httpd.conf").write_text("\n".join(lines) + "\n")
    return read_site(find_start(str(root), Settings()))


def hosts_of(site: Site) -> str:
    return hosts_json(expected_hosts([site], []))


def host(certificate: str, *lines: str, stapling: str = "SSLUseStapling on") -> str:
    return "\n".join([f"SSLCertificateFile certs/{certificate}.pem", stapling, *lines])


@pytest.mark.parametrize(
    ("lines", "staples", "why"),
    [
        (host("good"), True, f"mod_ssl staples the responses of {RESPONDER}"),
        (host("good", stapling=""), False, "SSLUseStapling is not set"),
        (host("good", stapling="SSLUseStapling off"), False, "SSLUseStapling is off"),
        (host("no-ocsp"), False, "no OCSP URI"),
        (host("no-ocsp", f"SSLStaplingForceURL {RESPONDER}"), True, RESPONDER),
        (host("https-first"), False, "is not an http URL"),
        (host("leaf-only"), False, "issuer of its certificate is not in the chain"),
        (host("leaf-only", "SSLCertificateChainFile certs/chain.pem"), True, RESPONDER),
        (host("leaf-only", "SSLCertificateChainFile certs/gone.pem"), None, "were not all read"),
        (host("self-signed"), False, "self-signed"),
        (host("switched-off"), False, "Let's Encrypt switched its responder off"),
        (host("gone"), None, "certs/gone.pem was not read"),
        (host("gone", "SSLCertificateFile certs/no-ocsp.pem"), False, "certs/no-ocsp.pem: its"),
        (host("good", "SSLStaplingResponderTimeout 0"), False, "makes every query fail"),
        ("SSLUseStapling on", None, "no certificate"),
    ],
)
def test_whether_a_host_staples(server: Path, lines: str, staples: bool | None, why: str) -> None:
    (document,) = checked(hosts_of(understood(server, lines)), HOSTS)
    assert document["staples"] is staples
    assert why in document["why"]


@pytest.mark.parametrize(
    ("main", "why"),
    [
        ("", "no SSLStaplingCache is set"),
        ("SSLStaplingCache none", "there is no cache provider 'none'"),
        ("SSLStaplingCache shmcb:x(1)", "rejects the SSLStaplingCache"),
        ("SSLStaplingCache shmcb:x(12345)", "does not start with a cache of 12345 bytes"),
        ("SSLStaplingCache dbm:x", "needs socache_dbm_module"),
    ],
)
def test_without_a_cache_no_host_staples(server: Path, main: str, why: str) -> None:
    (document,) = checked(hosts_of(understood(server, host("good"), main=main)), HOSTS)
    assert document["staples"] is False
    assert why in document["why"]


def test_a_fragment_does_not_show_whether_there_is_a_cache(server: Path) -> None:
    fragment = server / "site.conf"
    lines = host("good").replace("certs/", f"{server}/certs/")
    fragment.write_text(f"<VirtualHost *:443>\nSSLEngine on\n{lines}\n</VirtualHost>\n")
    (document,) = json.loads(hosts_of(read_site(find_start(str(fragment), Settings()))))
    assert document["staples"] is None
    assert "if SSLStaplingCache" in document["why"]
    assert document["use_stapling"] is True


def test_what_is_known_of_certificates_is_told(server: Path) -> None:
    site = understood(server, host("must-staple", "SSLCertificateFile certs/gone.pem"))
    (document,) = checked(hosts_of(site), HOSTS)
    known, unknown = document["certificates"]
    assert known["path"] == str(server / "certs/must-staple.pem")
    assert known["must_staple"] is True
    assert known["issuer_found"] is True
    assert known["ocsp_uris"] == [RESPONDER]
    assert datetime.fromisoformat(known["not_after"]).tzinfo is not None
    assert unknown["subject"] is unknown["must_staple"] is unknown["not_after"] is None
    assert summarize([site], []).certificates == 1
    table = hosts_table(expected_hosts([site], []), [site], Paint())
    assert "certs/gone.pem: not read" in table
    assert "must-staple" in table


@pytest.mark.parametrize("columns", [56, 64, 20])
def test_the_reasons_of_hosts_are_wrapped(server: Path, columns: int) -> None:
    site = understood(server, host("no-ocsp", "SSLCertificateFile certs/gone.pem"))
    hosts = expected_hosts([site], [])
    whole = hosts_table(hosts, [site], Paint()).splitlines()
    table = hosts_table(hosts, [site], Paint(), columns).splitlines()
    start = whole[0].index("WHY")
    own = [line for line in table[1:] if not line.startswith("    /")]
    if columns - start < 24:
        assert table == whole
    else:
        assert all(len(line) <= columns for line in own)
        assert len(own) > 1
        assert " ".join(line[start:] for line in own) == whole[1][start:]


def test_every_responder_is_listed_once(server: Path) -> None:
    site = understood(server, host("good"), host("other"), host("good", stapling=""))
    (one,) = checked(responders_json(responders(site)), RESPONDERS)
    assert one == {
        "url": RESPONDER,
        "host": "ocsp.example.com",
        "port": 8080,
        "scheme": "http",
        "used": True,
        "certificates": [str(server / "certs/good.pem"), str(server / "certs/other.pem")],
        "hosts": ["h0:443", "h1:443", "h2:443"],
    }


def test_responders_that_httpd_never_asks_are_not_used(server: Path) -> None:
    def used(*hosts: str) -> dict[str, bool]:
        found = json.loads(responders_json(responders(understood(server, *hosts))))
        return {responder["url"]: responder["used"] for responder in found}

    https = "https://ocsp.example.com"
    forced = "http://forced.example"
    assert used(host("https-first")) == {https: False, RESPONDER: False}
    assert used(host("good", f"SSLStaplingForceURL {forced}")) == {forced: True, RESPONDER: False}
    assert used(host("good", f"SSLStaplingForceURL {forced}"), host("good")) == {
        forced: True,
        RESPONDER: True,
    }
    assert used(host("good", stapling="")) == {RESPONDER: False}
    assert used(host("no-ocsp")) == {}


@pytest.mark.parametrize(
    ("url", "name", "port"),
    [
        ("http://a.example", "a.example", 80),
        ("https://a.example/x", "a.example", 443),
        ("http://[::1]:81/", "::1", 81),
        ("http://a.example:port/", "", None),
        ("http://[broken", "", None),
        ("gopher://a.example", "a.example", None),
    ],
)
def test_the_parts_of_a_url(server: Path, url: str, name: str, port: int | None) -> None:
    site = understood(server, host("good", f"SSLStaplingForceURL {url}"))
    forced, _ = responders(site)
    assert (forced.host, forced.port) == (name, port)


def test_a_proxy_in_between_is_named(server: Path) -> None:
    site = understood(server, host("good", "SSLOCSPProxyURL http://proxy.example:3128/"))
    table = responders_table(responders(site), Paint())
    assert "through the proxy http://proxy.example:3128/" in table
    assert RESPONDER in table
