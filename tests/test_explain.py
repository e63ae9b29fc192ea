"""What httpd's error log tells about stapling: each fault is played, and its log explained."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from apachestaple.httpd.layout import Options, locate
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.log.configured import with_configuration
from apachestaple.log.explained import Explainer, Explanation
from apachestaple.log.messages import MESSAGES
from apachestaple.mod_ssl.site import understand
from apachestaple.rules.catalogue import all_rules, find_rule
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from tests.lab.handshake import handshake
from tests.test_rules import PLAYED, made, server_names

if TYPE_CHECKING:
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
ASKED = [rule for rule in PLAYED if rule.log_id and rule.needs_answers]


def explained(log: str | bytes, latest: datetime = NOW) -> list[Explanation]:
    explainer = Explainer()
    explainer.read([log if isinstance(log, bytes) else log.encode()], latest)
    return explainer.explanations()


def faults(log: str | bytes) -> list[Explanation]:
    return [explanation for explanation in explained(log) if explanation.is_fault]


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
def test_the_log_alone_tells_the_rule_of_a_fault(lab: Lab, rule: Rule) -> None:
    log, site = _played(lab, rule.bad[0], 2)
    found = faults(log)
    assert rule.code in {fault.rule for fault in found}
    others = {fault.rule for fault in found} - {rule.code, None}
    assert not others, "one fault, and another rule is named"
    numbers = {number for fault in found for number in (fault.log_id, *fault.followed_by)}
    assert rule.log_id is None or rule.log_id in numbers
    # The configuration does not unsay it, and leads to a line that lint finds fault with.
    placed = [fault for fault in with_configuration(found, site) if fault.rule == rule.code]
    finding = next(f for f in lint([site], all_rules()).findings if f.rule is rule)
    assert placed
    assert all(fault.place is not None for fault in placed)
    assert finding.place.line in [fault.place.line for fault in placed if fault.place]
    named = {fault.host for fault in placed if fault.host}
    assert not named or not finding.hosts or named & {host.name for host in finding.hosts}


@pytest.mark.parametrize("rule", ASKED, ids=[rule.code for rule in ASKED])
def test_a_rule_about_a_responder_is_among_those_that_a_log_names(lab: Lab, rule: Rule) -> None:
    found = faults(_played(lab, rule.bad[0], 1)[0])
    assert rule.code in {code for fault in found for code in (fault.rule, *fault.rules)}


def test_every_rule_with_a_log_line_is_explained() -> None:
    named = {code for message in MESSAGES for code in message.rules} | {"AS110", "AS404", "AS406"}
    assert {rule.code for rule in all_rules() if rule.log_id} <= named


def test_the_good_examples_are_explained_without_a_fault(lab: Lab) -> None:
    for code in ("AS201", "AS304", "AS401"):
        rule = find_rule(code)
        assert rule is not None
        assert not faults(_played(lab, next(good for good in rule.good if good is not FIXED), 1)[0])


# -- what else goes wrong -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "certificate", "number", "words"),
    [
        ((), "revoked", "AH02969", "certificate is revoked"),
        ((), "unknown", "AH02969", "certificate is unknown"),
        (("SSLStaplingForceURL http://no.invalid/",), "good", "AH01972", "no.invalid has no addr"),
        (("SSLOCSPProxyURL http://no.invalid:8080/",), "good", "AH01972", "the proxy no.invalid"),
    ],
)
def test_what_a_responder_does(
    lab: Lab, lines: tuple[str, ...], certificate: str, number: str, words: str
) -> None:
    log = played(lab, CACHE + tls_host("SSLUseStapling on", *lines, certificate=certificate))
    (fault,) = faults(log)
    assert fault.log_id == number
    assert words in fault.meaning
    assert fault.host == "www.example.com"
    assert (fault.certificate or "").endswith(f"{certificate}.pem")
    assert fault.count == 1


def test_a_timeout_that_is_no_number_is_told_by_the_configuration(lab: Lab) -> None:
    rule = find_rule("AS105")
    assert rule is not None
    log, site = _played(lab, rule.bad[0], 1)
    (fault,) = faults(log)
    assert fault.rule == "AS110"
    (placed,) = with_configuration([fault], site)
    assert placed.rule == "AS105"
    assert placed.place is not None


def test_a_responder_that_holds_handshakes_is_as406(lab: Lab) -> None:
    rule = find_rule("AS406")
    assert rule is not None
    # The log is the same after a second.
    log, short = _played(lab, Example(rule.bad[0].text.replace("Timeout 6", "Timeout 1")), 1)
    (fault,) = faults(log)
    assert (fault.log_id, fault.rule) == ("AH01977", "AS406")
    with made(lab, rule.bad[0], rule.bad[0].text) as httpd:
        long = understand(read(locate(str(httpd.root / "httpd.conf"), Options())))
    (placed,) = with_configuration([replace(fault, host=None)], long)
    assert placed.rule == "AS406"
    assert placed.place is not None
    (placed,) = with_configuration([fault], short)
    assert placed.rule == "AS503"


def test_a_response_that_is_too_old_is_told_by_the_configuration(lab: Lab) -> None:
    text = CACHE + tls_host("SSLUseStapling on", "SSLStaplingResponseMaxAge 0")
    with made(lab, Example(text), text) as httpd:
        site = understand(read(locate(str(httpd.root / "httpd.conf"), Options())))
    invalid = f"[{TIME}] [ssl:error] [pid 7:tid 1] AH01936: stapling_check_response: response times"
    (fault,) = faults(f"{invalid} invalid\n")
    assert fault.rule is None
    (placed,) = with_configuration([replace(fault, host="www.example.com")], site)
    assert placed.rule == "AS407"


def test_the_certificate_of_an_authority_is_as314(lab: Lab) -> None:
    rule = find_rule("AS314")
    assert rule is not None
    assert {fault.rule for fault in faults(_played(lab, rule.bad[0], 1)[0])} >= {"AS314"}


def test_with_both_switches_off_no_rule_is_broken(lab: Lab) -> None:
    off = ("SSLStaplingReturnResponderErrors off", "SSLStaplingFakeTryLater off")
    text = CACHE + tls_host("SSLUseStapling on", *off, certificate="dead-responder")
    log, site = _played(lab, Example(text), 1)
    (fault,) = with_configuration(faults(log), site)
    assert fault.rule is None
    assert "clients get no staple" in fault.meaning


def test_hosts_that_share_a_responder_are_led_to_the_switch(lab: Lab) -> None:
    hosts = "".join(
        tls_host("SSLUseStapling on", certificate="dead-responder", name=f"{name}.example.com")
        for name in ("a", "b")
    )
    log, site = _played(lab, Example(CACHE + hosts), 1)
    errors = "".join(line for line in log.splitlines(keepends=True) if ":error]" in line)
    (fault,) = with_configuration(faults(errors), site)
    assert fault.rule == "AS503"
    assert fault.host is None
    assert fault.place is not None
    assert fault.place.line == 7


def test_quotes_of_a_web_page_are_seen_in_the_log(lab: Lab) -> None:
    url = "SSLStaplingForceURL \u201chttp://ocsp.example.com/\u201d"
    (fault,) = faults(played(lab, CACHE + tls_host("SSLUseStapling on", url)))
    assert (fault.log_id, fault.rule) == ("AH01939", "AS106")
    assert "\u201chttp" in fault.meaning


def test_a_certificate_of_which_the_log_has_no_path_has_its_serial_number(lab: Lab) -> None:
    log = played(lab, CACHE + tls_host("SSLUseStapling on", certificate="no-ocsp"))
    errors = "".join(line for line in log.splitlines(keepends=True) if ":error]" in line)
    (fault,) = faults(errors)
    assert fault.host == "www.example.com:443"
    assert re.fullmatch(r"CN=no-ocsp, serial [0-9A-F]+", fault.certificate or "")


def test_mod_md_is_explained_as_well(lab: Lab) -> None:
    md = "LoadModule md_module modules/mod_md.so\nLogLevel md:debug\nMDStapling on\n"
    (fault,) = faults(played(lab, md + tls_host(certificate="no-ocsp")))
    assert (fault.log_id, fault.rule) == (None, "AS304")
    assert (fault.certificate or "").startswith("serial ")


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
    (fault,) = faults(log)
    assert fault.count == 2
    assert fault.followed_by == ("AH01941",)


def test_a_responder_that_no_stapling_asked_is_that_of_a_client_certificate() -> None:
    (fault,) = faults(line(FAILED))
    assert fault.rule is None
    assert "client's certificate" in fault.meaning


def test_a_line_whose_cause_is_lost_stands_for_itself() -> None:
    (fault,) = faults(line(ERROR))
    assert (fault.log_id, fault.rule) == ("AH01941", "AS503")


def test_a_responder_that_fails_at_every_handshake_is_as502() -> None:
    """With httpd's defaults its error is served for an hour, so that it is asked once."""
    seldom = "".join(line(ERROR, time=f"Sun Nov 22 {hour:02}:00:00 2026") for hour in range(24))
    often = "".join(line(ERROR, time=f"Sun Nov 22 10:{minute:02}:00 2026") for minute in range(60))
    assert [fault.rule for fault in faults(seldom)] == ["AS503"]
    assert [fault.rule for fault in faults(often)] == ["AS502"]


def test_the_same_line_again_and_again_is_counted() -> None:
    for text in (line(ERROR), f'{{"pid":7,"message":"{MESSAGE}"}}\n', f"{MESSAGE}\r\n"):
        for times in (1, 2, 3, 7, 64, 1000):
            (fault,) = faults(text * times)
            assert fault.count == times


def test_a_line_follows_from_another_but_once() -> None:
    found = faults(line(FAILED) + line(ERROR) * 1000)
    assert {(fault.log_id, fault.count, fault.followed_by) for fault in found} == {
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
    (fault,) = faults(full)
    assert fault.rule is None
    asked = f"[{TIME}] [ssl:debug] [pid 7:tid 1] AH01942: stapling_renew_response: query response "
    (fault,) = faults(f"{asked}received\n{full}")
    assert fault.rule == "AS207"


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
    start, run = sorted(faults(log), key=lambda fault: fault.log_id != "AH02218")
    assert (start.log_id, start.rule, start.count) == ("AH02218", "AS304", 2)
    assert start.host in (host, "www.example.com:443")
    assert start.followed_by == ("AH02604",)
    assert (run.log_id, run.rule, run.count) == ("AH01974", "AS503", 1)
    assert run.followed_by == ("AH01941",)
    if "%v" in form:
        assert run.host == "dead.example.com"
    if "%" not in form or "%E" in form or "%-E" in form:
        assert "connection refused" in run.meaning
    for fault in (start, run):
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", fault.first or "")
        assert (fault.first or "") <= (fault.last or "")


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
        (fault,) = faults(text + ending)
        assert (fault.first, fault.last) == (time, time)
        assert fault.rule == "AS304"


def test_logs_in_any_order_have_the_first_time_and_the_last() -> None:
    explainer = Explainer()
    for day in (21, 20, 22):
        log = line(ERROR, time=f"Sun Nov {day} 10:00:00 2026")
        explainer.read([log.encode()], NOW)
    (fault,) = explainer.explanations()
    assert (fault.first, fault.last) == ("2026-11-20T10:00:00", "2026-11-22T10:00:00")
    assert fault.count == 3
