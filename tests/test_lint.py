"""One problem, one finding."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.site import understand
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.finding import Effect
from apachestaple.rules.rule import CACHE, MACRO, Example, tls_host
from tests.test_rules import linted, observe

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

HOST = tls_host("SSLUseStapling on", certificate="must-staple")


def said(
    lab: Lab, text: str, files: dict[str, str] | None = None, *, online: bool = False
) -> set[str]:
    """The rules that find more than an information."""
    findings = linted(lab, Example(text, files=files or {}), online=online)
    return {finding.code for finding in findings if finding.severity != "info"}


def test_what_stands_behind_a_loop_of_includes_is_read(lab: Lab) -> None:
    loop = {"a.conf": "Include b.conf\n", "b.conf": "Include a.conf\n"}
    assert said(lab, f"Include a.conf\n{CACHE}{HOST}", loop) == {"AS005"}
    assert said(
        lab, f"<VirtualHost *:80>\nInclude a.conf\n</VirtualHost>\n{CACHE}{HOST}", loop
    ) == {"AS005"}
    assert said(lab, "Include a.conf\n" + HOST, loop) == {"AS005", "AS201"}


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("SSLStaplingCache", "SSLStapplingCache", "AS101"),
        ("SSLUseStapling", "SSLUseStaping", "AS101"),
        ("SSLUseStapling on", "ssl_stapling on", "AS101"),
        ("SSLStaplingCache s", "SSLStaplingCache\u00a0s", "AS106"),
        ("SSLUseStapling on", "SSLUseStapling\u00a0on", "AS106"),
        ("SSLEngine on", "SSLEngine “on”", "AS106"),
        ("certs/must-staple.pem", "“certs/must-staple.pem”", "AS106"),
        ("certs/must-staple.key", "\u2018certs/must-staple.key\u2019", "AS106"),
    ],
)
def test_what_follows_from_a_wrong_name_is_not_said(
    lab: Lab, right: str, wrong: str, rule: str
) -> None:
    assert said(lab, CACHE + HOST) == set()
    assert said(lab, (CACHE + HOST).replace(right, wrong)) == {rule}


def test_what_is_wrong_beside_a_wrong_name_is_said(lab: Lab) -> None:
    assert said(lab, "SSLStaplingResponderTimeot 5\n" + HOST) == {"AS101", "AS201"}


@pytest.mark.parametrize("name", ["SSOCSPProxyURL", "LSSOCSPProxyURL", "SSOLCSPProxyURL"])
def test_a_slip_at_the_beginning_of_a_name_is_found(lab: Lab, name: str) -> None:
    assert said(lab, f"{CACHE}{name} http://127.0.0.1:3128\n{HOST}") == {"AS101"}
    assert said(lab, f"{CACHE}SSSLtaplingForceURL http://127.0.0.1/\n{HOST}") == {"AS101"}


def test_the_issuer_that_stands_first_is_said_once(lab: Lab) -> None:
    assert said(lab, CACHE + tls_host("SSLUseStapling on", certificate="issuer-first")) == {"AS312"}


@pytest.mark.parametrize("fake", ["on", "off"])
@pytest.mark.parametrize("errors", ["on", "off"])
@pytest.mark.parametrize(
    ("certificate", "line"),
    [
        ("switched-off", ""),
        ("good", "SSLStaplingResponderTimeout 0"),
        ("good", "SSLOCSPProxyURL http://127.0.0.1/"),
        ("good", "SSLStaplingForceURL http:///ocsp"),
    ],
)
def test_without_an_answer_one_switch_decides(
    lab: Lab, certificate: str, line: str, errors: str, fake: str
) -> None:
    switches = (f"SSLStaplingReturnResponderErrors {errors}", f"SSLStaplingFakeTryLater {fake}")
    host = tls_host("SSLUseStapling on", *switches, line, certificate=certificate)
    example = Example(CACHE + host)
    (shake,) = observe(lab, example).handshakes.values()
    found = [f for f in linted(lab, example) if f.code in {"AS110", "AS402", "AS403", "AS404"}]
    expected = Effect.BAD_STAPLE if shake.staple == "tryLater" else Effect.NO_STAPLE
    assert shake.connected
    assert [finding.effect for finding in found] == [expected]


@pytest.mark.parametrize("lines", [("yes", "on"), ("on", "yes")])
def test_what_httpd_rejects_is_not_overridden(lab: Lab, lines: tuple[str, ...]) -> None:
    host = tls_host(*(f"SSLUseStapling {word}" for word in lines))
    assert said(lab, CACHE + host) == {"AS103"}


@pytest.mark.parametrize(
    "name", ["SSLCertificateChainFile", "SSLCACertificateFile", "SSLCACertificatePath"]
)
def test_that_a_chain_is_missing_is_said_once(lab: Lab, name: str) -> None:
    host = tls_host("SSLUseStapling on", f"{name} certs/gone", certificate="leaf-only")
    assert said(lab, CACHE + host) == {"AS316"}


@pytest.mark.parametrize("loaded", ["", "LoadModule mpm_event_module modules/mod_mpm_event.so\n"])
def test_a_copy_without_the_lines_that_load_modules_says_nothing_of_modules(
    tmp_path: Path, loaded: str
) -> None:
    (tmp_path / "sites-enabled").mkdir()
    main = tmp_path / "apache2.conf"
    main.write_text(
        f"IncludeOptional mods-enabled/*.load\n{loaded}SSLStaplingCache shmcb:x(65536)\n"
    )
    site = understand(read(locate(str(main), Options())))
    assert [finding.code for finding in lint([site], all_rules()).findings] == (
        ["AS107"] if loaded else []
    )


def test_what_a_responder_answers_is_said_beside_a_wrong_name(lab: Lab) -> None:
    text = CACHE + "SSLStaplingFakeTryLate off\n"
    text += tls_host("SSLUseStapling on", certificate="dead-responder")
    assert said(lab, text, online=True) == {"AS101", "AS411"}


UNASKED = {"leaf-only": "AS305", "self-signed": "AS307", "no-ocsp": "AS304"}
ASKING = (
    "SSLStaplingForceURL https://ocsp.example.com/",
    "SSLStaplingResponderTimeout 0",
    "SSLStaplingResponderTimeout 60",
    "SSLStaplingStandardCacheTimeout 0",
    "SSLStaplingReturnResponderErrors off",
    "SSLOCSPProxyURL http://127.0.0.1/",
)


@pytest.mark.parametrize(
    ("certificate", "line"),
    # A forced URL is one for a certificate without.
    [pair for pair in product(UNASKED, ASKING) if pair != ("no-ocsp", ASKING[0])],
)
def test_where_httpd_asks_no_responder_nothing_is_said_of_asking(
    lab: Lab, certificate: str, line: str
) -> None:
    example = Example(CACHE + tls_host("SSLUseStapling on", line, certificate=certificate))
    (shake,) = observe(lab, example).handshakes.values()
    assert (shake.connected, shake.staple) == (True, None)
    assert {finding.code for finding in linted(lab, example)} == {UNASKED[certificate]}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("SSLProtocol -all", "SSLProtocol -all enables no protocol"),
        ("SSLProtocol -SSLv2 -SSLv3", "SSLProtocol -SSLv2 -SSLv3 enables no protocol"),
        ("SSLProtocol", "SSLProtocol without words enables no protocol"),
    ],
)
def test_the_message_shows_the_protocols_as_written(lab: Lab, line: str, message: str) -> None:
    found = linted(lab, Example(CACHE + tls_host("SSLUseStapling on", line)))
    assert [finding.message for finding in found if finding.code == "AS128"] == [message]


@pytest.mark.parametrize("between", ["", "<IfModule ssl_module>\n"])
def test_a_repeated_line_of_a_macro_is_removed_if_no_section_begins_in_between(
    lab: Lab, between: str
) -> None:
    """A line in a section may not be read everywhere that the macro is used."""
    end = "</IfModule>\n" if between else ""
    age = "SSLStaplingResponseMaxAge"
    macro = f"{MACRO}<Macro tls>\n{age} 100\n{between}{age} 200\n{end}</Macro>\n"
    found = linted(lab, Example(macro + CACHE + tls_host("SSLUseStapling on", "Use tls")))
    (finding,) = [finding for finding in found if finding.code == "AS114"]
    assert (finding.remedy is None) is bool(between)


@pytest.mark.parametrize(
    ("line", "help_text"),
    [
        ("SSLUseStapling yes", "Write on or off."),
        (
            "SSLStaplingResponderTimeout -5",
            "Set a number that is not negative; the default is 10.",
        ),
        (
            "SSLStaplingResponseMaxAge -1",
            "Set a number that is not negative, or remove the line.",
        ),
        (
            "SSLStaplingForceURL",
            "Write the right number of arguments, each in quotes if it contains a space.",
        ),
        ("SSLProtocol TLSv1.4", "Correct the argument."),
        ("SSLLogLevel warn", "Remove the line."),
    ],
)
def test_the_help_for_a_wrong_argument_is_about_that_argument(
    lab: Lab, line: str, help_text: str
) -> None:
    found = linted(lab, Example(CACHE + tls_host(line)))
    assert [finding.help for finding in found if finding.code == "AS103"] == [help_text]


def test_the_help_for_the_provider_of_a_session_cache_names_the_module(lab: Lab) -> None:
    found = linted(lab, Example("SSLSessionCache dc:x\n" + CACHE + tls_host()))
    assert [finding.help for finding in found if finding.code == "AS103"] == [
        "Use another provider, or load the module of this one."
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("off on", "httpd reads this as off and ignores the rest: on"),
        ("on off on", "httpd reads this as on and ignores the rest: off on"),
        ("off # for now", "httpd reads this as off and ignores the rest: # for now"),
    ],
)
def test_the_message_shows_which_words_of_a_switch_are_ignored(
    lab: Lab, words: str, message: str
) -> None:
    found = linted(lab, Example(CACHE + tls_host(f"SSLUseStapling {words}")))
    assert [finding.message for finding in found if finding.code == "AS104"] == [message]
