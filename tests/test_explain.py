"""What httpd's error log tells about stapling: each problem is played, and its log explained."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.log import variants as log_variants
from apachestaple.log.configured import with_configuration
from apachestaple.log.diagnosis import Variant
from apachestaple.log.explainer import Explainer
from apachestaple.log.messages import BY_NUMBER, MESSAGES
from apachestaple.log.older_messages import OLDER_WORDINGS
from apachestaple.log.reader import LineReader
from apachestaple.mod_ssl.site import understand
from apachestaple.rules.catalogue import all_rules, find_rule
from apachestaple.rules.rule import CACHE, FIXED, MOD_MD, Example, managed_host, tls_host
from tests.lab.handshake import handshake
from tests.test_rules import PLAYED, made, server_names

if TYPE_CHECKING:
    from apachestaple.log.explanation import Explanation
    from apachestaple.log.message import Message
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.rule import Rule
    from tests.lab.play import Lab

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
# Rules of which httpd logs something: AS207 at LogLevel debug. AS406 takes its time, so: below.
LOGGED = [
    rule
    for rule in PLAYED
    if (rule.log_id or rule.code == "AS207") and rule.code != "AS406" and not rule.needs_answers
]
# The log does not tell whether the certificate or SSLStaplingForceURL has the URL, or why a
# responder does not know a certificate.
LOOKS_LIKE = {"AS402": "AS401", "AS330": "AS420"}
ASKED = [rule for rule in PLAYED if rule.log_id and rule.needs_answers]


def explained(log: str | bytes, latest: datetime = NOW) -> list[Explanation]:
    explainer = Explainer()
    explainer.read([log if isinstance(log, bytes) else log.encode()], latest)
    return explainer.explanations()


def problems(log: str | bytes) -> list[Explanation]:
    return [explanation for explanation in explained(log) if explanation.is_problem]


def played(lab: Lab, text: str, *, rounds: int = 1, example: Example | None = None) -> str:
    """What httpd logs of the configuration, while clients ask for a status."""
    return _played(lab, example or Example(text), rounds)[0]


def _played(lab: Lab, example: Example, rounds: int) -> tuple[str, Site]:
    with made(lab, example, example.text) as httpd:
        assert httpd.configtest().accepted
        if httpd.start():
            for _ in range(rounds):
                for name in server_names(example):
                    handshake(httpd.port, name)
        httpd.stop()
        configuration = read(locate(str(httpd.root / "httpd.conf"), Options()))
        return httpd.log, understand(configuration, certificates_required=True)


# -- the catalogue ------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", LOGGED, ids=[rule.code for rule in LOGGED])
def test_the_log_alone_tells_the_rule_of_a_problem(lab: Lab, rule: Rule) -> None:
    log, site = _played(lab, rule.bad[0], 2)
    found = problems(log)
    named = {problem.rule for problem in found} - {None}
    assert named == {LOOKS_LIKE.get(rule.code, rule.code)}
    assert rule.code in {code for problem in found for code in problem.diagnosis.rules}
    numbers = {number for problem in found for number in (problem.log_id, *problem.followed_by)}
    assert rule.log_id is None or rule.log_id in numbers
    # The configuration does not unsay it, and leads to a line that lint finds problem with.
    placed = [problem for problem in with_configuration(found, site) if problem.rule == rule.code]
    finding = next(f for f in lint([site], all_rules()).findings if f.rule is rule)
    assert placed
    assert all(problem.place is not None for problem in placed)
    assert finding.place.line in [problem.place.line for problem in placed if problem.place]
    hosts = {problem.host for problem in placed if problem.host}
    assert not hosts or not finding.hosts or hosts & {host.name for host in finding.hosts}


@pytest.mark.parametrize("rule", ASKED, ids=[rule.code for rule in ASKED])
def test_a_rule_about_a_responder_is_among_those_that_a_log_names(lab: Lab, rule: Rule) -> None:
    found = problems(_played(lab, rule.bad[0], 1)[0])
    assert rule.code in {
        code for problem in found for code in (problem.rule, *problem.diagnosis.rules)
    }


def test_every_rule_with_a_log_line_is_explained() -> None:
    tables = [message.diagnosis.rules for message in MESSAGES]
    variants = [v.rules for v in vars(log_variants).values() if isinstance(v, Variant) and v.rules]
    named = {code for rules in (*tables, *variants) for code in rules} | {"AS406"}
    assert {rule.code for rule in all_rules() if rule.log_id} <= named


def test_the_good_examples_are_explained_without_a_problem(lab: Lab) -> None:
    for code in ("AS201", "AS304", "AS401"):
        rule = find_rule(code)
        assert rule is not None
        assert not problems(
            _played(lab, next(good for good in rule.good if good is not FIXED), 1)[0]
        )


# -- what else goes wrong -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "certificate", "number", "words"),
    [
        ((), "revoked", "AH02969", "certificate is revoked"),
        ((), "unknown", "AH02969", "certificate is unknown"),
        (
            ("SSLStaplingForceURL http://no.invalid/",),
            "good",
            "AH01972",
            "resolve the host name of the OCSP responder no.invalid",
        ),
        (
            ("SSLOCSPProxyURL http://no.invalid:8080/",),
            "good",
            "AH01972",
            "of the proxy no.invalid",
        ),
    ],
)
def test_what_a_responder_does(
    lab: Lab, lines: tuple[str, ...], certificate: str, number: str, words: str
) -> None:
    log = played(lab, CACHE + tls_host("SSLUseStapling on", *lines, certificate=certificate))
    (problem,) = problems(log)
    assert problem.log_id == number
    assert words in problem.meaning
    assert problem.host == "www.example.com"
    assert (problem.certificate or "").endswith(f"{certificate}.pem")
    assert problem.count == 1


def test_a_timeout_that_is_no_number_is_told_by_the_configuration(lab: Lab) -> None:
    timeout = "SSLStaplingResponderTimeout ten"
    log, site = _played(lab, Example(CACHE + tls_host("SSLUseStapling on", timeout)), 1)
    (problem,) = problems(log)
    assert problem.rule == "AS110"
    (placed,) = with_configuration([problem], site)
    assert placed.rule == "AS110"
    assert placed.place is not None
    found = lint([site], all_rules()).findings
    assert {each.code for each in found if each.place == placed.place} == {"AS110"}


def test_a_responder_that_holds_handshakes_is_as406(lab: Lab) -> None:
    rule = find_rule("AS406")
    assert rule is not None
    # The log is the same after a second.
    log, short = _played(lab, Example(rule.bad[0].text.replace("Timeout 6", "Timeout 1")), 1)
    (problem,) = problems(log)
    assert (problem.log_id, problem.rule) == ("AH01977", "AS406")
    with made(lab, rule.bad[0], rule.bad[0].text) as httpd:
        long = understand(read(locate(str(httpd.root / "httpd.conf"), Options())))
    (placed,) = with_configuration([replace(problem, host=None)], long)
    assert placed.rule == "AS406"
    assert placed.place is not None
    (placed,) = with_configuration([problem], short)
    assert placed.rule == "AS503"


def test_a_response_that_is_too_old_is_told_by_the_configuration(lab: Lab) -> None:
    text = CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponseMaxAge 0")
    with made(lab, Example(text), text) as httpd:
        site = understand(read(locate(str(httpd.root / "httpd.conf"), Options())))
    invalid = f"[{TIME}] [ssl:error] [pid 7:tid 1] AH01936: stapling_check_response: response times"
    (problem,) = problems(f"{invalid} invalid\n")
    assert problem.rule is None
    (placed,) = with_configuration([replace(problem, host="www.example.com")], site)
    assert placed.rule == "AS407"


def test_the_certificate_of_an_authority_is_as314(lab: Lab) -> None:
    rule = find_rule("AS314")
    assert rule is not None
    assert {problem.rule for problem in problems(_played(lab, rule.bad[0], 1)[0])} >= {"AS314"}


@pytest.mark.parametrize(
    ("code", "log_id"), [("AS317", "AH02217"), ("AS318", "AH02218"), ("AS318", "AH02814")]
)
def test_what_another_host_provides_is_said_with_the_configuration(
    lab: Lab, code: str, log_id: str
) -> None:
    rule = find_rule(code)
    assert rule is not None
    example = rule.bad[1 if log_id == "AH02218" else 0]
    log, site = _played(lab, example, 1)
    found = {problem.log_id: problem for problem in with_configuration(problems(log), site)}
    assert found[log_id].rule == code
    assert (found[log_id].host or "").startswith("www.example.com:")
    assert "another host" in found[log_id].meaning
    if code == "AS318":
        assert found["AH02621"].rule == code


def test_with_both_switches_off_no_rule_is_broken(lab: Lab) -> None:
    off = ("SSLStaplingReturnResponderErrors off", "SSLStaplingFakeTryLater off")
    text = CACHE + tls_host("SSLUseStapling on", *off, certificate="dead-responder")
    log, site = _played(lab, Example(text), 1)
    (problem,) = with_configuration(problems(log), site)
    assert problem.rule is None
    assert "clients get no staple" in problem.meaning


def test_hosts_that_share_a_responder_are_led_to_the_switch(lab: Lab) -> None:
    hosts = "".join(
        tls_host("SSLUseStapling on", certificate="dead-responder", name=f"{name}.example.com")
        for name in ("a", "b")
    )
    log, site = _played(lab, Example(CACHE + hosts), 1)
    errors = "".join(line for line in log.splitlines(keepends=True) if ":error]" in line)
    (problem,) = with_configuration(problems(errors), site)
    assert problem.rule == "AS503"
    assert problem.host is None
    assert problem.place is not None
    assert problem.place.line == 7


def test_quotes_of_a_web_page_are_seen_in_the_log(lab: Lab) -> None:
    url = "SSLStaplingForceURL \u201chttp://ocsp.example.com/\u201d"
    (problem,) = problems(played(lab, CACHE + tls_host("SSLUseStapling on", url)))
    assert (problem.log_id, problem.rule) == ("AH01939", "AS106")
    assert "\u201chttp" in problem.meaning


def test_a_certificate_of_which_the_log_has_no_path_has_its_serial_number(lab: Lab) -> None:
    log = played(lab, CACHE + tls_host("SSLUseStapling on", certificate="no-ocsp"))
    errors = "".join(line for line in log.splitlines(keepends=True) if ":error]" in line)
    (problem,) = problems(errors)
    assert problem.host == "www.example.com:443"
    assert re.fullmatch(r"CN=no-ocsp, serial [0-9A-F]+", problem.certificate or "")


def test_mod_md_is_explained_as_well(lab: Lab) -> None:
    md = "LoadModule md_module modules/mod_md.so\nLogLevel md:debug\nMDStapling on\n"
    (problem,) = problems(played(lab, md + tls_host(certificate="no-ocsp")))
    assert (problem.log_id, problem.rule) == (None, "AS304")
    assert (problem.certificate or "").startswith("serial ")


# -- which lines belong together ----------------------------------------------------------------

FAILED = (
    "[{time}] [ssl:error] [pid 7:tid {tid}] (111)Connection refused: [client 192.0.2.1:{port}] "
    "AH01974: could not connect to OCSP responder 'ocsp.example.com'\n"
)
ERROR = "[{time}] [ssl:error] [pid 7:tid {tid}] AH01941: stapling_renew_response: responder error\n"
TIME = "Sun Nov 22 10:00:00.000001 2026"


def line(text: str, tid: int = 1, time: str = TIME) -> str:
    return text.format(time=time, tid=tid, port=40000 + tid)


def test_lines_of_threads_between_each_other_are_told_apart() -> None:
    log = line(FAILED, 1) + line(FAILED, 2) + line(ERROR, 2) + line(ERROR, 1)
    (problem,) = problems(log)
    assert problem.count == 2
    assert problem.followed_by == ("AH01941",)


def test_a_responder_that_no_stapling_asked_is_that_of_a_client_certificate() -> None:
    (problem,) = problems(line(FAILED))
    assert problem.rule is None
    assert "client certificate" in problem.meaning


def test_a_line_whose_cause_is_lost_stands_for_itself() -> None:
    (problem,) = problems(line(ERROR))
    assert (problem.log_id, problem.rule) == ("AH01941", "AS503")


def test_a_responder_that_fails_at_every_handshake_is_as502() -> None:
    """With httpd's defaults its error is served for an hour, so that it is asked once."""
    seldom = "".join(line(ERROR, time=f"Sun Nov 22 {hour:02}:00:00 2026") for hour in range(24))
    often = "".join(line(ERROR, time=f"Sun Nov 22 10:{minute:02}:00 2026") for minute in range(60))
    assert [problem.rule for problem in problems(seldom)] == ["AS503"]
    assert [problem.rule for problem in problems(often)] == ["AS502"]


def test_the_same_line_again_and_again_is_counted() -> None:
    for text in (line(ERROR), f'{{"pid":7,"message":"{MESSAGE}"}}\n', f"{MESSAGE}\r\n"):
        for times in (1, 2, 3, 7, 64, 1000):
            (problem,) = problems(text * times)
            assert problem.count == times


def test_a_line_follows_from_another_but_once() -> None:
    found = problems(line(FAILED) + line(ERROR) * 1000)
    assert {(problem.log_id, problem.count, problem.followed_by) for problem in found} == {
        ("AH01974", 1, ("AH01941",)),
        ("AH01941", 999, ()),
    }


def test_what_a_client_sends_explains_nothing() -> None:
    quoted = (
        "[Sun Nov 22 10:00:00.000001 2026] [authz_core:error] [pid 7:tid 1] [client 192.0.2.1:4] "
        "AH01630: client denied by server configuration: /srv/AH01958: SSLStapling: no stapling "
        "cache available\n"
        "[Sun Nov 22 10:00:00.000001 2026] [php:error] [pid 7:tid 1] AH01958: not httpd's words\n"
    )
    assert not explained(quoted)


def test_a_cache_that_is_full_may_be_that_of_sessions() -> None:
    full = (
        f"[{TIME}] [socache_shmcb:debug] [pid 7:tid 1] mod_socache_shmcb.c(798): AH00845: about to "
        "force-expire, subcache: idx_used=5, data_used=3390\n"
    )
    (problem,) = problems(full)
    assert problem.rule is None
    asked = f"[{TIME}] [ssl:debug] [pid 7:tid 1] AH01942: stapling_renew_response: query response "
    (problem,) = problems(f"{asked}received\n{full}")
    assert problem.rule == "AS207"


# -- formats of logs ----------------------------------------------------------------------------

JSON = json.dumps(
    {
        "time": "%{cu}t",
        "level": "%l",
        "pid": "%P",
        "tid": "%T",
        "client": "%-a",
        "vhost": "%v",
        "status": "%-E",
        "message": "%M",
    }
).replace('"', '\\"')


@pytest.mark.parametrize(
    ("form", "host"),
    [
        ("", "www.example.com:443"),
        ('ErrorLogFormat "[%t] [%l] [client\\ %a] %M"', "www.example.com:443"),
        (
            'ErrorLogFormat "[%{cu}t] [%-m:%l] [pid %P] %F: %E: [client\\ %a] %M"',
            "www.example.com:443",
        ),
        ('ErrorLogFormat "%{%Y-%m-%dT%H:%M:%S%z}t %P %T [vhost\\ %v] %E %M"', "www.example.com"),
        (f'ErrorLogFormat "{JSON}"', "www.example.com"),
    ],
    ids=["default", "as of 2.2", "compact", "with zone", "JSON"],
)
def test_every_format_of_the_log_is_read(lab: Lab, form: str, host: str) -> None:
    hosts = "".join(
        tls_host("SSLUseStapling on", certificate=certificate, name=f"{name}.example.com")
        for name, certificate in (("www", "no-ocsp"), ("dead", "dead-responder"))
    )
    log = played(lab, f"LogLevel ssl:error socache_shmcb:error\n{form}\n{CACHE}{hosts}")
    assert "debug" not in log
    start, run = sorted(problems(log), key=lambda problem: problem.log_id != "AH02218")
    assert (start.log_id, start.rule, start.count) == ("AH02218", "AS304", 2)
    assert start.host in (host, "www.example.com:443")
    assert start.followed_by == ("AH02604",)
    assert (run.log_id, run.rule, run.count) == ("AH01974", "AS503", 1)
    assert run.followed_by == ("AH01941",)
    if "%v" in form:
        assert run.host == "dead.example.com"
    if "%" not in form or "%E" in form or "%-E" in form:
        assert "connection refused" in run.meaning
    for problem in (start, run):
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", problem.first or "")
        assert (problem.first or "") <= (problem.last or "")


MESSAGE = (
    "AH02218: ssl_stapling_init_cert: no OCSP URI in certificate and no SSLStaplingForceURL set"
)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        (f"Nov 22 10:00:00 web apache2[7]: [ssl:error] [pid 7] {MESSAGE}", "2026-11-22T10:00:00"),
        (f"Dec  1 10:00:00 web httpd[7]: [ssl:error] [pid 7] {MESSAGE}", "2025-12-01T10:00:00"),
        (
            f"2026-11-22T10:00:00.5+01:00 web apache2[7]: [ssl:error] [pid 7] {MESSAGE}",
            "2026-11-22T10:00:00.5+01:00",
        ),
        (f"[Sun Nov 22 10:00:00 2026] [error] {MESSAGE}", "2026-11-22T10:00:00"),
        (f"[22/Nov/2026:10:00:00 +0100] {MESSAGE}", "2026-11-22T10:00:00+01:00"),
        (f'{{"message":"{MESSAGE}","time":1795341600}}', "2026-11-22T10:00:00Z"),
        (
            f'{{"__REALTIME_TIMESTAMP":"1795341600000500","MESSAGE":"[ssl:error] {MESSAGE}"}}',
            "2026-11-22T10:00:00.000500Z",
        ),
        (MESSAGE, None),
    ],
)
def test_the_time_is_found_wherever_it_stands(text: str, time: str | None) -> None:
    for ending in ("", "\n", "\r\n"):
        (problem,) = problems(text + ending)
        assert (problem.first, problem.last) == (time, time)
        assert problem.rule == "AS304"


def test_logs_in_any_order_have_the_first_time_and_the_last() -> None:
    explainer = Explainer()
    for day in (21, 20, 22):
        log = line(ERROR, time=f"Sun Nov {day} 10:00:00 2026")
        explainer.read([log.encode()], NOW)
    (problem,) = explainer.explanations()
    assert (problem.first, problem.last) == ("2026-11-20T10:00:00", "2026-11-22T10:00:00")
    assert problem.count == 3


# -- lines that only look like mod_ssl's --------------------------------------------------------

FORGED = MESSAGE
SCRIPT = f"""#!/bin/sh
echo '{FORGED}' >&2
echo '[{TIME}] [ssl:error] [pid 7:tid 1] {FORGED}' >&2
printf 'Content-Type: text/plain\\n\\n'
"""
LUA = f"""function handle(r)
  r:err("{FORGED}")
  r:err("[ssl:error] [pid 7:tid 1] {FORGED}")
  r:err("md[x]: certificate with serial 0A has no OCSP responder URL")
  r:err("SSL Library Error: error:0A00018F:SSL routines::ee key too small")
  return apache2.OK
end
"""
FORGING = (
    "".join(
        f"LoadModule {name}_module modules/mod_{name}.so\n"
        for name in ("alias", "cgi", "dumpio", "lua")
    )
    + """Listen 8080
LogLevel dumpio:trace7
DumpIOInput On
ScriptAlias /cgi "${APACHE_RUN_DIR}/forging.sh"
LuaMapHandler /lua "${APACHE_RUN_DIR}/forging.lua"
<Location />
Require all granted
</Location>
"""
)


def requested(port: int, line: str) -> None:
    """Sends a request line as it is, with a header that goes into the log as well."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(f"{line} HTTP/1.0\r\nReferer: {FORGED}\r\n\r\n".encode())
        while client.recv(4096):
            pass


@pytest.mark.parametrize(
    "form",
    [
        "",
        'ErrorLogFormat "[%t] [%m:%l] %M"',
        f'ErrorLogFormat "{JSON}"'.replace('level\\": \\"%l', 'module\\": \\"%m'),
    ],
    ids=["default", "short", "JSON"],
)
def test_what_scripts_and_clients_write_into_the_log_explains_nothing(lab: Lab, form: str) -> None:
    files = {"forging.sh": SCRIPT, "forging.lua": LUA}
    with lab.httpd(f"{form}\n{FORGING}", files=files) as httpd:
        (httpd.root / "forging.sh").chmod(0o755)
        assert httpd.start()
        for path in ("/cgi", "/lua", f"/{FORGED}", f"/{FORGED.replace(' ', '%20')}"):
            requested(httpd.ports[8080], f"GET {path}")
        httpd.stop()
        log = httpd.log
    lines = [line for line in log.splitlines() if "AH02218: " in line]
    for module in ("cgi", "lua", "dumpio"):
        assert any(f"[{module}:" in line or f'module": "{module}"' in line for line in lines)
    assert not problems(log)
    # Nor does any of the lines on its own, and one of mod_ssl between them counts.
    assert not any(problems(line) for line in lines)
    true = f"[{TIME}] [ssl:error] [pid 7:tid 1] {MESSAGE}\n"
    assert [problem.count for problem in problems(log + true + log)] == [1]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: m.log_id or m.text)
def test_a_message_counts_in_lines_of_its_own_module_alone(message: Message) -> None:
    text = re.sub(r"%0?[0-9]*l?[dux]", "7", message.text)
    text = text.replace("%s %s", "OCSP responder x").replace("%s '", "proxy '").replace("%s", "x")
    text = f"{message.log_id}: {text}" if message.log_id else text
    reader = LineReader()

    def read(prefix: str) -> list[Message]:
        return [line.message for line, _, _ in reader.read(f"{prefix}{text}\n".encode())]

    for prefix in ("", f"[{TIME}] [error] ", f"[{TIME}] [{message.module}:error] [pid 7] "):
        assert read(prefix) == [message]
    for module in {"php", "php7", "proxy_fcgi", "cgi", "core", "", "-", "ssl2"} - {message.module}:
        assert not read(f"[{TIME}] [{module}:error] [pid 7] ")
        assert not read(f"apache | [{TIME}] [{module}:error] [pid 7] [ssl:error] [md:error] ")
        assert not read(f'{{"module": "{module}", "message": "')


UNPREPARED = "AH02604: Unable to configure certificate www.example.com:443:0 for stapling"


def of_docker(text: str, **more: str) -> str:
    """A line as docker's json-file driver writes it."""
    entry = {"log": f"{text}\n", "stream": "stderr", **more}
    return json.dumps({**entry, "time": "2026-11-22T10:00:00.5Z"}, separators=(",", ":"))


CONTAINERS = {
    "docker compose": "apache | {}",
    "docker compose, numbered": "apache-1  | {}",
    "docker compose, in colour": "\x1b[36mapache-1  | \x1b[0m{}",
    "docker logs -t": "2026-11-22T10:00:00.123456789Z {}",
    "containerd": "2026-11-22T10:00:00.123456789+01:00 stderr F {}",
    "kubectl": "[pod/web-1/apache] {}",
}


@pytest.mark.parametrize("form", CONTAINERS.values(), ids=CONTAINERS)
@pytest.mark.parametrize(
    "inner",
    [
        f"[{TIME}] [ssl:error] [pid 7:tid 1] {{}}",
        '{{"time":"2026-11-22 10:00:00.5","module":"ssl","pid":7,"message":"{}"}}',
        '{{"message":"{}","time":"2026-11-22 10:00:00.5","module":"ssl","pid":7}}',
    ],
    ids=["default", "JSON", "JSON with the message first"],
)
def test_a_line_may_have_what_a_container_puts_before_it(form: str, inner: str) -> None:
    lines = [form.format(inner.format(text)) for text in (MESSAGE, UNPREPARED)]
    (problem,) = problems("\n".join(lines))
    assert (problem.rule, problem.followed_by) == ("AS304", ("AH02604",))
    assert problem.host == "www.example.com:443"
    assert (problem.first or "").startswith("2026-11-22T10:00:00")
    assert not problems(form.format(inner.replace("ssl", "php").format(MESSAGE)))


@pytest.mark.parametrize("prefix", ["", "apache-1  | "])
@pytest.mark.parametrize("more", [{}, {"attrs": "x"}], ids=["", "with attributes"])
@pytest.mark.parametrize(
    "inner",
    [
        f"[{TIME}] [ssl:error] [pid 7:tid 1] {{}}",
        "[ssl:error] [pid 7:tid 1] {}",
        '{{"message":"{}","module":"ssl","pid":7}}',
    ],
    ids=["default", "without a date", "JSON"],
)
def test_a_line_may_stand_in_the_json_of_docker(
    prefix: str, more: dict[str, str], inner: str
) -> None:
    lines = [prefix + of_docker(inner.format(text), **more) for text in (MESSAGE, UNPREPARED)]
    (problem,) = problems("\n".join(lines))
    assert (problem.rule, problem.followed_by) == ("AS304", ("AH02604",))
    assert problem.host == "www.example.com:443"
    assert (problem.first or "").startswith("2026-11-22T10:00:00")
    other = inner.replace("ssl", "php").format(MESSAGE)
    assert not problems(prefix + of_docker(other, **more))


def test_threads_in_the_json_of_docker_are_told_apart() -> None:
    log = [line(FAILED, 1), line(FAILED, 2), line(ERROR, 2), line(ERROR, 1)]
    (problem,) = problems("\n".join(of_docker(text.rstrip()) for text in log))
    assert problem.count == 2
    assert problem.followed_by == ("AH01941",)


@pytest.mark.parametrize("prefix", ["[ssl:error] [pid 7:tid 1] ", "[ssl:error] ", "[error] ", ""])
def test_a_line_may_have_no_date(prefix: str) -> None:
    (problem,) = problems(f"{prefix}{MESSAGE}\n{prefix}{UNPREPARED}\n")
    assert (problem.rule, problem.followed_by) == ("AS304", ("AH02604",))
    assert problem.host == "www.example.com:443"
    assert problem.first is None


# -- earlier versions ---------------------------------------------------------------------------


@pytest.mark.parametrize("number", OLDER_WORDINGS)
def test_a_wording_of_earlier_versions_means_the_same(number: str) -> None:
    message = BY_NUMBER[number.encode()]
    old, new = (
        explained(f"[{TIME}] [{message.module}:error] [pid 7:tid 1] {number}: {text}\n")
        for text in (OLDER_WORDINGS[number].replace("%s", "x"), message.text.replace("%s", "x"))
    )
    assert len(old) == 1
    assert [problem.diagnosis.problem for problem in old] == [
        problem.diagnosis.problem for problem in new
    ]
    assert [problem.rule for problem in old] == [problem.rule for problem in new]


def test_an_old_httpd_does_not_say_whose_issuer_it_does_not_find() -> None:
    """Before 2.4.11, httpd names neither the certificate nor the host."""
    prefix = f"[{TIME}] [ssl:error] [pid 7:tid 1] "
    (problem,) = problems(
        f"{prefix}AH02217: ssl_stapling_init_cert: Can't retrieve issuer certificate!\n"
        f"{prefix}AH02235: Unable to configure server certificate for stapling\n"
    )
    assert (problem.rule, problem.host, problem.certificate) == ("AS305", None, None)
    assert problem.followed_by == ("AH02235",)


def test_httpd_2_4_8_names_the_host_of_a_certificate_that_it_cannot_prepare() -> None:
    prefix = f"[{TIME}] [ssl:error] [pid 7:tid 1] "
    (problem,) = problems(
        f"{prefix}AH02218: ssl_stapling_init_cert: no responder URL\n"
        f"{prefix}AH02567: Unable to configure certificate www.example.com:443:0 for stapling\n"
    )
    assert (problem.rule, problem.host) == ("AS304", "www.example.com:443")
    assert problem.followed_by == ("AH02567",)


def test_the_number_of_an_endless_line_explains_nothing() -> None:
    """A line of httpd has at most 8192 bytes: what comes later is not its own."""
    for length, number in ((8000, 1), (8193, 0), (20_000, 0), (3_000_000, 0)):
        assert len(problems("x" * length + MESSAGE)) == number
        assert len(problems("\n" + "x" * length + MESSAGE)) == number


# -- what is no reason to turn stapling off ------------------------------------------------------


def test_the_fallback_certificate_of_mod_md_is_no_reason_to_turn_stapling_off(lab: Lab) -> None:
    text = (
        "LoadModule md_module modules/mod_md.so\n"
        "MDomain www.example.com\nMDCertificateAgreement accepted\n"
        "MDContactEmail admin@example.com\nMDCertificateAuthority http://127.0.0.1:9/\n"
        f"{CACHE}<VirtualHost *:443>\nServerName www.example.com\nSSLEngine on\n"
        "SSLUseStapling on\n</VirtualHost>\n"
    )
    log, site = _played(lab, Example(text), 1)
    for found in (problems(log), with_configuration(problems(log), site)):
        (problem,) = [problem for problem in found if problem.log_id == "AH02217"]
        assert problem.rule is None
        assert "fallback" in problem.meaning
        assert problem.repair is not None
        assert problem.repair.startswith("Keep stapling on.")
    (waiting,) = [problem for problem in problems(log) if problem.log_id == "AH10085"]
    assert waiting.rule is None
    assert waiting.repair is not None
    assert waiting.repair.startswith("Keep stapling on.")
    # A client that asks is told nothing else.
    (asked,) = [problem for problem in problems(log) if problem.log_id == "AH01926"]
    assert asked.rule is None


def test_a_host_of_two_managed_domains_is_not_told_to_name_a_certificate(lab: Lab) -> None:
    domains = "MDRenewMode manual\nMDomain example.com\nMDomain www.example.com\n"
    log = played(lab, MOD_MD + domains + managed_host("ServerAlias example.com"))
    (problem,) = problems(log)
    assert (problem.log_id, problem.rule) == ("AH10238", "AS120")
    assert "AH02572" in problem.followed_by
    assert problem.repair is not None
    assert problem.repair.startswith("Put all names of the host into one MDomain")


@pytest.mark.parametrize("chain", [False, True], ids=["server", "issuer"])
def test_a_key_that_is_too_small_is_named_as_the_reason(lab: Lab, chain: bool) -> None:
    small = lab.folder / "small.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:512", "-nodes", "-subj", "/CN=small"),
            *("-days", "30", "-keyout", lab.folder / "small.key", "-out", small),
        ],
        check=True,
        capture_output=True,
    )
    own = lab.certificates["good"]
    text = f"SSLCertificateFile {small}\nSSLCertificateKeyFile {lab.folder}/small.key\n"
    if chain:
        joined = lab.folder / "joined.pem"
        joined.write_text(own.cert.read_text() + small.read_text())
        text = f"SSLCertificateFile {joined}\nSSLCertificateKeyFile {own.key}\n"
    host = f"<VirtualHost *:443>\nServerName www.example.com\nSSLEngine on\n{text}</VirtualHost>\n"
    log, _ = _played(lab, Example(host), 1)
    (problem,) = problems(log)
    assert problem.log_id == "AH02562"
    assert problem.rule == "AS319"
    assert "key too small" in problem.meaning
    assert problem.repair is not None
    assert "larger key" in problem.repair
    # Without OpenSSL's line, the text says where the reason is.
    (problem,) = problems(re.sub(r".*SSL Library Error.*\n", "", log))
    assert problem.repair is not None
    assert "SSL Library Error" in problem.repair


def test_a_digest_that_is_too_weak_is_named_as_the_reason() -> None:
    log = (
        f"[{TIME}] [ssl:emerg] [pid 7:tid 7] AH02562: Failed to configure certificate "
        "www.example.com:443:0 (with chain), check /etc/ssl/a.pem\n"
        f"[{TIME}] [ssl:emerg] [pid 7:tid 7] SSL Library Error: error:0A00018E:SSL routines::ca md "
        "too weak\n"
    )
    (problem,) = problems(log)
    assert (problem.rule, problem.host) == ("AS319", "www.example.com:443")
    assert "weak digest (error:0A00018E:SSL routines::ca md too weak)" in problem.meaning
