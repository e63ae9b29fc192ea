"""Every rule's examples, linted and played on a real httpd."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.lint.startup import PREVENTS_START, expected_staple, start_problems
from apachestaple.mod_ssl.queries import queries as queries_of
from apachestaple.mod_ssl.reading import read_site
from apachestaple.mod_ssl.site import understand
from apachestaple.network.ask import ask_all
from apachestaple.report.recorded import recorded
from apachestaple.rules.by_hand import LOG, checks
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.finding import Effect, Finding, Fix
from apachestaple.rules.remedy import TurnStapling
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from tests.by_hand import as_shown, outputs
from tests.example_texts import expected, findings_text, hosts_text, repair_text
from tests.lab.handshake import handshake, takes_staple
from tests.lab.openssl import httpd_of, openssl_of
from tests.random_trees.proof import fix
from tests.recorded import diff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.rule import Rule
    from tests.lab.handshake import Handshake
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

# With these, clients that do not ask for a staple are not connected either.
ABORTS_ALL = {"AS325"}
SAID = expected()
PLAYED = [rule for rule in all_rules() if rule.effect is not Effect.ADVICE]


@dataclass(frozen=True)
class Case:
    """An example of a rule, played as it is or as fix leaves it."""

    rule: Rule
    example: Example
    is_fixed: bool = False

    @property
    def effect(self) -> Effect:
        return self.example.effect or self.rule.effect

    @property
    def log_id(self) -> str | None:
        return self.example.log_id if self.example.log_id is not None else self.rule.log_id


def bad_cases(rules: Iterable[Rule]) -> list[Case]:
    return [Case(rule, example) for rule in rules for example in rule.bad]


def good_cases(rules: Iterable[Rule]) -> list[Case]:
    return [
        case
        for rule in rules
        for good in rule.good
        for case in (
            [Case(rule, bad, is_fixed=True) for bad in rule.bad if bad.fixable]
            if good is FIXED
            else [Case(rule, good)]
        )
    ]


def named(cases: Iterable[Case]) -> dict[str, Case]:
    """Cases by rule and number, such as ``AS201-0`` and ``AS201-fixed-0``."""
    seen: Counter[str] = Counter()
    found = {}
    for case in cases:
        name = f"{case.rule.code}{'-fixed' if case.is_fixed else ''}"
        found[f"{name}-{seen[name]}"] = case
        seen[name] += 1
    return found


def parametrized(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=list(named(cases)))


def played(effect: Effect) -> pytest.MarkDecorator:
    """Every bad example with this effect."""
    return parametrized([case for case in bad_cases(PLAYED) if case.effect is effect])


def repaired(effect: Effect) -> pytest.MarkDecorator:
    """Every good example of a rule with this effect, and what fix makes of the bad ones."""
    cases = good_cases(PLAYED)
    return parametrized([c for c in cases if (c.effect if c.is_fixed else c.rule.effect) is effect])


@dataclass(frozen=True)
class Observed:
    """What can be seen of a running httpd."""

    accepted: bool
    message: str
    started: bool
    log: str
    handshakes: dict[str, Handshake]
    without_status: dict[str, Handshake]
    queries: int
    certificates: int
    seconds: float
    usable: dict[str, bool]
    text: str
    by_hand: tuple[str, ...]

    @property
    def made(self) -> Handshake:
        """The handshake with the last host that was asked."""
        return list(self.handshakes.values())[-1]

    @property
    def behaviour(self) -> object:
        """All that must be equal when a part of the configuration is ignored."""
        sizes = re.findall(r"allocated (\d+) bytes", self.log)
        shakes = {name: (h.connected, h.staple) for name, h in self.handshakes.items()}
        return self.accepted, self.started, sizes, shakes


def observe(
    lab: Lab,
    example: Example | Case,
    text: str | None = None,
    *,
    rounds: int = 1,
    timeout: float = 5,
    verify: bool = False,
) -> Observed:
    case = example if isinstance(example, Case) else None
    example = case.example if case else example
    assert isinstance(example, Example)
    text = example.text if text is None else text
    with made(lab, example, text) as httpd:
        if case is not None and case.is_fixed:
            repair(lab, httpd, case.rule)
        test = httpd.configtest()
        started = test.accepted and httpd.start()
        asked = queries(lab)
        names = server_names(example)
        handshakes = {}
        seconds = 0.0
        for _ in range(rounds if started else 0):
            handshakes = {name: handshake(httpd.port, name, timeout=timeout) for name in names}
            seconds += max(made.seconds for made in handshakes.values())
        plain = {
            name: handshake(httpd.port, name, status=False)
            for name, made in handshakes.items()
            if not made.connected
        }
        made_queries = queries(lab) - asked
        usable = {
            name: takes_staple(httpd.port, name, lab.authority.root_file)
            for name, made in handshakes.items()
            if verify and made.staple == "good"
        }
        by_hand = outputs(httpd, case.rule, lab.authority.root_file) if is_checked(case) else ()
        httpd.stop()
        return Observed(
            accepted=test.accepted,
            message=test.output,
            started=started,
            log=httpd.log,
            handshakes=handshakes,
            without_status=plain,
            queries=made_queries,
            certificates=len(names),
            seconds=seconds,
            usable=usable,
            text=(httpd.root / "site.conf").read_text(),
            by_hand=by_hand,
        )


def check_by_hand(case: Case, observed: Observed) -> None:
    """Check that the first bad example, and no good one, shows what the page of the rule says."""
    if is_checked(case):
        is_bad = case.example is case.rule.bad[0] and not case.is_fixed
        assert (list(observed.by_hand) == recorded(case.rule).outputs) is is_bad, observed.by_hand


def is_checked(case: Case | None) -> TypeGuard[Case]:
    """Whether the checks by hand of the rule are run: not for other bad examples."""
    return case is not None and case.example in (case.rule.bad[0], *case.rule.good)


def repair(lab: Lab, httpd: Httpd, rule: Rule) -> Repaired:
    """Let fix repair what one rule finds; other runs have folders of their own for their state."""
    # AS018 is only repaired if the ignored rule is applied, which is AS101 in its examples.
    rules = (rule.code, "AS101") if rule.code == "AS018" else (rule.code,)
    before = texts(httpd)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(lab.folder / "state"))
        code, said = fix(httpd.root / "httpd.conf", unsafe=True, rules=rules)
    assert code != 2, said
    after = texts(httpd)
    return Repaired(repair_text(said, before, after), diff(httpd, before, after))


class Repaired(NamedTuple):
    """What fix prints, with the changed lines, and its changes as a page shows them."""

    text: str
    diff: str


def texts(httpd: Httpd) -> dict[str, str]:
    """The configuration files of an httpd."""
    return {str(path): path.read_text() for path in sorted(httpd.root.rglob("*.conf"))}


def queries(lab: Lab) -> int:
    return lab.responder.queries_total() + len(lab.strange.asked)


def made(lab: Lab, example: Example, text: str) -> Httpd:
    httpd = lab.httpd(text, without=example.without, files=dict(example.files))
    for link, target in example.links.items():
        (httpd.root / link).symlink_to(target)
    return httpd


def server_names(example: Example) -> list[str]:
    if example.clients:
        return list(example.clients)
    texts = [example.text, *example.files.values()]
    return re.findall(r"ServerName (\S+)", "".join(texts)) or ["www.example.com"]


def linted(
    lab: Lab,
    example: Example | Case,
    *,
    certificates_required: bool = True,
    online: bool = False,
) -> list[Finding]:
    case = example if isinstance(example, Case) else None
    example = case.example if case else example
    assert isinstance(example, Example)
    with made(lab, example, example.text) as httpd:
        if case is not None and case.is_fixed:
            repair(lab, httpd, case.rule)
        _, findings = linted_files(
            httpd, certificates_required=certificates_required, online=online
        )
        return findings


def linted_files(
    httpd: Httpd, *, certificates_required: bool = True, online: bool = False
) -> tuple[Site, list[Finding]]:
    # As lint does, without directives that no rule uses.
    main = str(httpd.root / "httpd.conf")
    site = read_site(locate(main, Options()), certificates_required)
    wanted = queries_of(site.stapling_hosts)
    answers = dict(ask_all(wanted, private=wanted)) if online else {}
    return site.answered(answers), list(lint([site], all_rules(), answers).findings)


def judged(lab: Lab, case: Case) -> tuple[list[Finding], str]:
    """The findings, and what the rule's findings or the repair look like."""
    with made(lab, case.example, case.example.text) as httpd:
        repaired = ""
        if case.is_fixed:
            repaired, changes = repair(lab, httpd, case.rule)
            if case.example is first_repaired(case.rule):
                assert changes == recorded(case.rule).diff
        site, findings = linted_files(httpd, online=case.rule.needs_answers)
        found = of(case.rule, findings)
        if found and case.example is case.rule.bad[0]:
            said = found[0].message, found[0].help
            assert tuple(as_shown(httpd, text) for text in said) == recorded(case.rule)[:2]
    if repaired or not found:
        return findings, repaired
    problems = start_problems(findings)
    hosts = {host.name: expected_staple(host, site, problems) for host in site.listed_hosts}
    return findings, findings_text(found) + hosts_text(hosts)


def first_repaired(rule: Rule) -> Example:
    """The first bad example that fix repairs."""
    return next(bad for bad in rule.bad if bad.fixable)


def of(rule: Rule, findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.rule is rule]


@parametrized(bad_cases(PLAYED))
def test_the_rule_finds_its_bad_example_and_nothing_else(
    lab: Lab, case: Case, request: pytest.FixtureRequest
) -> None:
    findings, text = judged(lab, case)
    assert text == SAID[request.node.callspec.id]
    found = of(case.rule, findings)
    assert found
    assert found[0].effect is case.effect
    assert found[0].log_id == (case.log_id or None)
    assert found[0].severity is (case.example.severity or case.rule.severity)
    others = {f.code for f in findings if f.severity != "info" and f.rule is not case.rule}
    assert not others, "one problem, and the findings of another rule"


@parametrized(good_cases(PLAYED))
def test_the_rule_does_not_find_its_good_example(
    lab: Lab, case: Case, request: pytest.FixtureRequest
) -> None:
    findings, text = judged(lab, case)
    assert text == (SAID[request.node.callspec.id] if case.is_fixed else "")
    assert not of(case.rule, findings)
    assert not [f for f in findings if f.severity != "info"]


@played(Effect.REJECTED)
def test_httpd_rejects_it_at_that_line(lab: Lab, case: Case) -> None:
    observed = observe(lab, case)
    check_by_hand(case, observed)
    assert not observed.accepted
    assert case.example.rejection is not None
    assert re.search(case.example.rejection, observed.message), observed.message
    (finding, *_) = of(case.rule, linted(lab, case))
    places = re.findall(r"on line (\d+) of \"?[^\s\"]*/([^/\s:\"]+)\"?:", observed.message)
    assert (str(finding.place.end_line), os.path.basename(finding.place.file)) in places


@repaired(Effect.REJECTED)
def test_httpd_accepts_what_is_good(lab: Lab, case: Case) -> None:
    observed = observe(lab, case)
    check_by_hand(case, observed)
    assert observed.accepted


@parametrized([case for case in bad_cases(PLAYED) if case.effect in PREVENTS_START])
def test_no_host_staples_where_httpd_does_not_start(lab: Lab, case: Case) -> None:
    with made(lab, case.example, case.example.text) as httpd:
        site = understand(
            read(locate(str(httpd.root / "httpd.conf"), Options())), certificates_required=True
        )
        problems = start_problems(lint([site], all_rules()).findings)
        expected = [expected_staple(host, site, problems) for host in site.listed_hosts]
    assert not [each for each in expected if each.staples]


@played(Effect.DOES_NOT_START)
def test_httpd_passes_the_test_and_does_not_start(lab: Lab, case: Case) -> None:
    observed = observe(lab, case)
    assert observed.accepted, observed.message
    if observed.started and case.rule.code == "AS319":
        # OpenSSL 1.1.1 has a lower level by default, and OpenSSL 3.5 accepts SHA-1.
        assert not (3, 0) <= openssl_of(observed.log) < (3, 5)
        return
    check_by_hand(case, observed)
    assert not observed.started
    assert case.log_id
    assert case.log_id in observed.log


@repaired(Effect.DOES_NOT_START)
def test_httpd_starts_with_what_is_good(lab: Lab, case: Case) -> None:
    observed = observe(lab, case)
    check_by_hand(case, observed)
    assert observed.started


@played(Effect.ABORTS_HANDSHAKES)
def test_httpd_aborts_the_handshakes_of_clients_that_ask(lab: Lab, case: Case) -> None:
    observed = observe(lab, case)
    check_by_hand(case, observed)
    made = observed.made
    (plain,) = observed.without_status.values()
    assert not made.connected
    assert plain.connected is (case.rule.code not in ABORTS_ALL)
    # The reason of the others is in a message about any failed handshake.
    assert case.log_id or not plain.connected
    assert (case.log_id or "AH02008") in observed.log


@repaired(Effect.ABORTS_HANDSHAKES)
def test_clients_that_ask_are_connected(lab: Lab, case: Case) -> None:
    observed = observe(lab, case)
    check_by_hand(case, observed)
    assert observed.made.connected


@played(Effect.NO_STAPLE)
def test_clients_get_no_staple(lab: Lab, case: Case) -> None:
    observed = observe(lab, case)
    check_by_hand(case, observed)
    made = observed.made
    assert made.connected
    assert made.staple is None
    assert (case.log_id or "") in observed.log


@repaired(Effect.NO_STAPLE)
def test_clients_get_a_staple_or_stapling_is_off(lab: Lab, case: Case) -> None:
    observed = observe(lab, case)
    check_by_hand(case, observed)
    made = observed.made
    assert made.connected
    # Turning stapling off is a repair, too: then the errors at the start must be gone.
    states = re.findall("SSLUseStapling (on|off)", observed.text)
    is_off = case.log_id is not None and (not states or "off" in states)
    assert made.staple == "good" or is_off
    assert not case.log_id or case.log_id not in observed.log


@played(Effect.BAD_STAPLE)
def test_clients_get_a_bad_staple(lab: Lab, case: Case) -> None:
    observed = observe(lab, case, verify=True)
    made = observed.made
    assert made.connected
    if "answer-another" in case.example.text and openssl_of(observed.log) >= (3, 6):
        assert made.staple is None
    else:
        assert made.staple is not None
        check_by_hand(case, observed)
    assert made.staple != "good" or not all(observed.usable.values())
    # httpd logs nothing about a signature, which it does not check.
    assert (case.log_id or "") in observed.log


@repaired(Effect.BAD_STAPLE)
def test_clients_get_a_good_staple_or_none(lab: Lab, case: Case) -> None:
    observed = observe(lab, case, verify=True)
    check_by_hand(case, observed)
    made = observed.made
    assert made.connected
    assert made.staple in (None, "good")
    assert all(observed.usable.values())


@played(Effect.EVICTS_STAPLES)
def test_the_responder_is_asked_again(lab: Lab, case: Case) -> None:
    observed = observe(lab, case, rounds=2)
    check_by_hand(case, observed)
    assert observed.queries > observed.certificates


@repaired(Effect.EVICTS_STAPLES)
def test_the_responder_is_asked_once(lab: Lab, case: Case) -> None:
    observed = observe(lab, case, rounds=2)
    check_by_hand(case, observed)
    assert observed.queries == observed.certificates


@played(Effect.STALLS_HANDSHAKES)
def test_handshakes_wait_for_the_responder(lab: Lab, case: Case) -> None:
    observed = observe(lab, case, rounds=2, timeout=15)
    check_by_hand(case, observed)
    assert all(made.connected for made in observed.handshakes.values())
    assert case.log_id
    assert case.log_id in observed.log
    (good,) = good_cases([case.rule])
    without = observe(lab, good, rounds=2, timeout=15)
    check_by_hand(good, without)
    assert all(made.connected for made in without.handshakes.values())
    longer = observed.seconds > without.seconds + 1
    assert longer or observed.queries > without.queries, "for its answer, or at each of them"


@played(Effect.IGNORED)
def test_it_makes_no_difference(lab: Lab, case: Case) -> None:
    assert case.example.as_if is not None
    observed = observe(lab, case)
    if case.rule.code != "AS127" or httpd_of(observed.log) >= (2, 4, 64):
        # Older versions do not log AH10510.
        check_by_hand(case, observed)
    without = observe(lab, case.example, case.example.as_if)
    assert observed.behaviour == without.behaviour


@pytest.mark.parametrize(
    "rule", [rule for rule in PLAYED if rule.effect is Effect.IGNORED], ids=lambda rule: rule.code
)
def test_without_the_problem_it_would_make_a_difference(lab: Lab, rule: Rule) -> None:
    typed = Case(rule, next(good for good in rule.good if good is not FIXED))
    observed = observe(lab, typed)
    check_by_hand(typed, observed)
    assert observe(lab, rule.bad[0]).behaviour != observed.behaviour


FIXABLE = [rule for rule in all_rules() if rule.fix is not None]


@parametrized([case for case in bad_cases(FIXABLE) if case.example.fixable])
def test_all_that_is_found_is_repaired_at_once(
    lab: Lab, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(lab.folder / "state"))
    with made(lab, case.example, case.example.text) as httpd:
        main = httpd.root / "httpd.conf"
        code, said = fix(main)
        assert code != 2, said
        site = understand(read(locate(str(main), Options())), certificates_required=True)
        found = of(case.rule, lint([site], all_rules()).findings)
        assert all(finding.fix is not Fix.SAFE for finding in found), said
        assert httpd.configtest().accepted


@parametrized(bad_cases(all_rules()))
def test_a_rule_has_remedies_where_its_page_says_so(lab: Lab, case: Case) -> None:
    found = of(case.rule, linted(lab, case, online=case.rule.needs_answers))
    if case.rule.fix is None or not case.example.fixable:
        # A chain stays incomplete when stapling is turned off.
        remedies = {type(finding.remedy) for finding in found}
        assert remedies <= {type(None), *([TurnStapling] if case.rule.code == "AS305" else [])}
    elif case.example is case.rule.bad[0]:
        assert [finding.fix for finding in found][:1] == [case.rule.fix]


def test_every_effect_that_a_rule_claims_is_played_above() -> None:
    tested = {
        Effect.REJECTED,
        Effect.DOES_NOT_START,
        Effect.ABORTS_HANDSHAKES,
        Effect.NO_STAPLE,
        Effect.BAD_STAPLE,
        Effect.STALLS_HANDSHAKES,
        Effect.EVICTS_STAPLES,
        Effect.IGNORED,
    }
    assert {rule.effect for rule in PLAYED} <= tested


def advice(code: str) -> Rule:
    (rule,) = (rule for rule in all_rules() if rule.code == code)
    assert rule.effect is Effect.ADVICE
    return rule


def test_a_condition_that_ends_with_the_file_is_accepted(lab: Lab) -> None:
    rule = advice("AS009")
    assert of(rule, linted(lab, rule.bad[0]))
    assert not of(rule, linted(lab, rule.good[0]))
    assert observe(lab, rule.bad[0]).behaviour == observe(lab, rule.good[0]).behaviour


def test_a_directive_that_is_younger_than_the_server_is_said(lab: Lab) -> None:
    rule = advice("AS109")
    with made(lab, rule.bad[0], rule.bad[0].text) as httpd:
        main = str(httpd.root / "httpd.conf")
        old, new = (read(locate(main, Options(version=(2, 4, n)))) for n in (18, 19))
        assert of(rule, lint([understand(old)], all_rules()).findings)
        assert not of(rule, lint([understand(new)], all_rules()).findings)
        assert httpd.configtest().accepted, "and this one is young enough"


def test_certificates_that_are_elsewhere_are_said_once(lab: Lab) -> None:
    rule = advice("AS309")
    for example, certificate in ((rule.bad[0], "certs/elsewhere.pem"), (rule.bad[1], None)):
        (finding,) = of(rule, linted(lab, example, certificates_required=False))
        assert (finding.certificate.name if finding.certificate else None) == certificate
    assert not of(rule, linted(lab, rule.bad[0]))
    assert not of(rule, linted(lab, rule.good[0], certificates_required=False))


def test_a_certificate_of_a_week_is_short_lived(lab: Lab) -> None:
    rule = advice("AS315")
    begin = datetime.now(UTC)
    for seconds, is_short in ((0, True), (1, False)):
        end = begin + timedelta(days=7, seconds=seconds)
        name = f"week-{seconds}"
        lab.authority.issue(name, not_before=begin, not_after=end)
        example = Example(CACHE + tls_host("SSLUseStapling on", certificate=name))
        assert bool(of(rule, linted(lab, example))) is is_short


def test_caches_in_sections_are_found_beside_other_misplaced_directives(lab: Lab) -> None:
    text = "<Directory /srv>\nSSLUseStapling on\n</Directory>\n" + tls_host(CACHE.strip())
    assert {"AS102", "AS202"} <= {finding.code for finding in linted(lab, Example(text))}


def test_a_certificate_that_we_may_not_read_is_said(lab: Lab) -> None:
    rule = advice("AS302")
    with made(lab, rule.bad[0], rule.bad[0].text) as httpd:
        certificates = httpd.root / "certs"
        folder = certificates.resolve()
        certificates.unlink()
        shutil.copytree(folder, certificates)
        secret = certificates / "secret.pem"
        shutil.copy(certificates / "good.pem", secret)
        secret.chmod(0)
        for path in (httpd.root, *httpd.root.parents[:2]):
            if os.geteuid() == 0 and path != path.parent:
                path.chmod(path.stat().st_mode | 0o055)
        configuration = read(locate(str(httpd.root / "httpd.conf"), Options()))
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)
            site = understand(configuration, certificates_required=True)
        finally:
            os.seteuid(user)
    assert of(rule, lint([site], all_rules()).findings)


def test_an_include_that_is_elsewhere_is_said(lab: Lab) -> None:
    rule = advice("AS010")
    assert of(rule, linted(lab, rule.bad[0]))
    assert not of(rule, linted(lab, rule.good[0]))
    assert not observe(lab, rule.bad[0]).accepted, "on the server itself it must be there"


# AS018 is only repaired together with all other rules; test_ignoring.py has it.
ADVISING = [r for r in all_rules() if r.effect is Effect.ADVICE and r.code != "AS018"]


# Other ones need options, and have tests of their own.
ADVISED = {name: case for name, case in named(bad_cases(ADVISING)).items() if name in SAID}


@pytest.mark.parametrize("name", ADVISED)
def test_an_advice_is_given_for_its_bad_example(lab: Lab, name: str) -> None:
    case = ADVISED[name]
    _, text = judged(lab, case)
    assert text == SAID[name]
    if is_checked(case) and not any(LOG in check.command for check in checks(case.rule)):
        with made(lab, case.example, case.example.text) as httpd:
            by_hand = outputs(httpd, case.rule, lab.authority.root_file)
        assert list(by_hand) == recorded(case.rule).outputs


@parametrized(good_cases(ADVISING))
def test_an_advice_is_not_given_for_a_good_example(
    lab: Lab, case: Case, request: pytest.FixtureRequest
) -> None:
    findings, text = judged(lab, case)
    assert text == (SAID[request.node.callspec.id] if case.is_fixed else "")
    assert not of(case.rule, findings)


ADVICE = ["AS313", "AS314", "AS315", "AS317", "AS405", "AS407", "AS504"]


@pytest.mark.parametrize("code", ADVICE)
def test_an_advice_is_for_its_bad_example_alone(lab: Lab, code: str) -> None:
    rule = advice(code)
    bad = linted(lab, rule.bad[0])
    assert of(rule, bad)
    assert not [f for f in bad if f.severity != "info" and f.code != code]
    good = linted(lab, rule.good[0])
    assert not of(rule, good)
    assert not [f for f in good if f.severity != "info"]
    for example in (*rule.bad, *rule.good):
        assert observe(lab, example).started, "an advice is no error"


def test_httpd_says_that_a_certificate_is_an_authoritys(lab: Lab) -> None:
    rule = advice("AS314")
    assert rule.log_id is not None
    for example, is_logged in ((rule.bad[0], True), (rule.good[0], False)):
        case = Case(rule, example)
        observed = observe(lab, case)
        assert (rule.log_id in observed.log) is is_logged
        check_by_hand(case, observed)


@pytest.mark.parametrize("number", range(2))
def test_the_issuer_that_another_host_provides_is_an_error_in_the_log(
    lab: Lab, number: int
) -> None:
    rule = advice("AS317")
    bad = rule.bad[number]
    for case, logged in ((Case(rule, bad), True), (Case(rule, bad, is_fixed=True), False)):
        observed = observe(lab, case)
        check_by_hand(case, observed)
        assert {made.staple for made in observed.handshakes.values()} == {"good"}
        assert ("AH02217" in observed.log) is logged
        assert ("AH02604" in observed.log) is logged
        assert bool(of(rule, linted(lab, case))) is logged


def test_httpd_warns_of_tls_on_the_port_of_http(lab: Lab) -> None:
    rule = advice("AS131")
    for bad in rule.bad:
        (finding,) = of(rule, linted(lab, bad))
        observed = observe(lab, Case(rule, bad))
        check_by_hand(Case(rule, bad), observed)
        assert observed.started
        number = bad.log_id or rule.log_id
        assert number
        assert finding.log_id == number
        assert number in observed.log
    assert not of(rule, linted(lab, rule.good[0]))
    assert not re.search("AH0191[56]", observe(lab, rule.good[0]).log)


def test_a_short_age_is_what_httpd_rejects_a_response_for(lab: Lab) -> None:
    rule = advice("AS407")
    assert rule.log_id is not None
    text = rule.bad[0].text.replace("MaxAge 3600", "MaxAge 0")
    with lab.httpd(text) as httpd:
        assert httpd.start()
        # A response of the same second is not older than 0 seconds.
        for _ in range(20):
            handshake(httpd.port)
            time.sleep(0.2)
            if rule.log_id in httpd.log:
                break
        httpd.stop()
        assert rule.log_id in httpd.log


@pytest.mark.parametrize(
    ("version", "bugs"),
    # Each release before and with the correction of a bug of mod_ssl (httpd's CHANGES).
    [
        ((2, 4, 2), 9),
        ((2, 4, 3), 8),
        ((2, 4, 4), 8),
        ((2, 4, 5), 7),
        ((2, 4, 10), 7),
        ((2, 4, 12), 5),
        ((2, 4, 16), 4),
        ((2, 4, 17), 4),
        ((2, 4, 18), 5),
        ((2, 4, 42), 5),
        ((2, 4, 43), 4),
        ((2, 4, 44), 3),
        ((2, 4, 46), 3),
        ((2, 4, 47), 2),
        ((2, 4, 57), 2),
        ((2, 4, 58), 1),
        ((2, 4, 67), 1),
        ((2, 4, 68), 0),
    ],
)
def test_bugs_are_those_of_the_version(lab: Lab, version: tuple[int, int, int], bugs: int) -> None:
    rule = advice("AS505")
    with made(lab, rule.bad[0], rule.bad[0].text) as httpd:
        main = str(httpd.root / "httpd.conf")
        site = understand(read(locate(main, Options(version=version))))
        found = of(rule, lint([site], all_rules()).findings)
        assert sum(finding.message.count(";") + 1 for finding in found) == bugs


def test_a_switch_that_is_off_and_that_mod_md_overrules_is_worse(lab: Lab) -> None:
    text = "LoadModule md_module modules/mod_md.so\nMDStapling on\n"
    (finding,) = [
        finding
        for finding in linted(lab, Example(text + tls_host("SSLUseStapling off")))
        if finding.code == "AS112"
    ]
    assert finding.severity == "warning"


@pytest.mark.parametrize(
    ("name", "meant"), [("ssl_stapling", "SSLUseStapling"), ("ssl_stapling_verify", None)]
)
def test_a_directive_of_nginx_is_rejected(lab: Lab, name: str, meant: str | None) -> None:
    (rule,) = (rule for rule in all_rules() if rule.code == "AS101")
    bad = Example(f"{CACHE}{name} on\n{tls_host()}")
    (finding,) = of(rule, linted(lab, bad))
    assert finding.help == (f"Write {meant}." if meant else "Remove the directive.")
    assert f"Invalid command '{name}'" in observe(lab, bad).message


@pytest.mark.parametrize("url", ["“http://127.0.0.1/”", "https://127.0.0.1/\u00a0", "”x"])
def test_curly_quotes_around_a_responder_cost_what_we_say(lab: Lab, url: str) -> None:
    (rule,) = (rule for rule in all_rules() if rule.code == "AS106")
    example = Example(CACHE + tls_host("SSLUseStapling on", f"SSLStaplingForceURL {url}"))
    (finding,) = of(rule, linted(lab, example))
    observed = observe(lab, example)
    assert finding.effect is Effect.ABORTS_HANDSHAKES
    assert not next(iter(observed.handshakes.values())).connected
    assert finding.log_id is not None
    assert finding.log_id in observed.log


@pytest.mark.parametrize(
    "directive", ["SSLOCSPProxyURL “http://127.0.0.1:1”", "SSLUseStapling “on”"]
)
def test_curly_quotes_elsewhere_are_rejected(lab: Lab, directive: str) -> None:
    (rule,) = (rule for rule in all_rules() if rule.code == "AS106")
    example = Example(CACHE + tls_host(directive))
    (finding,) = of(rule, linted(lab, example))
    assert finding.effect is Effect.REJECTED
    assert not observe(lab, example).accepted


def test_a_dbm_cache_that_the_children_may_not_enter_caches_nothing(lab: Lab) -> None:
    rule = advice("AS210")
    with made(lab, rule.bad[0], rule.bad[0].text) as httpd:
        folder = httpd.root / "private"
        folder.chmod(0o755)
        main = str(httpd.root / "httpd.conf")

        def found() -> list[Finding]:
            site = understand(read(locate(main, Options())), certificates_required=True)
            return of(rule, lint([site], all_rules()).findings)

        assert not found()
        folder.chmod(0o700)
        assert [str(folder) in finding.message for finding in found()] == [True]
        httpd.configure(rule.bad[0].text.replace("private/", "private/below/"))
        assert [f"{folder}," in finding.message for finding in found()] == [True]
        # The parent opens the file of shmcb.
        httpd.configure(CACHE.replace("logs/", "private/") + tls_host("SSLUseStapling on"))
        assert not found()
        httpd.configure(rule.bad[0].text)
        if os.geteuid() != 0:
            # Without root, httpd's children are the user who started it.
            return
        assert httpd.start()
        asked = lab.responder.queries_total()
        assert [handshake(httpd.port).staple for _ in range(2)] == ["good", "good"]
        assert lab.responder.queries_total() == asked + 2
        httpd.stop()
        assert rule.log_id is not None
        assert rule.log_id in httpd.log
