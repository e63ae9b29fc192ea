"""``httpd -t`` before and after a repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.fix.transaction.configtest import RejectedError, Verdict, configtest
from apachestaple.httpd.layout import Options
from apachestaple.rules.rule import CACHE, tls_host

if TYPE_CHECKING:
    from apachestaple.httpd.start import Start
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

GOOD = CACHE + tls_host("SSLUseStapling on")
REJECTED_FOR_ANOTHER_REASON = f"{GOOD}NoSuchDirective on\n"
REJECTED_FOR_OURS = GOOD.replace("SSLUseStapling on", "SSLUseStapling maybe")


def started(httpd: Httpd, options: Options | None = None) -> Start:
    """The configuration of a server, as if it were this machine's."""
    start = locate(str(httpd.root / "httpd.conf"), options or Options())
    return start._replace(environment=httpd.environment, installed=True)


def change(lab: Lab, httpd: Httpd, after: str) -> None:
    """Replace the configuration that ``httpd.conf`` includes."""
    with lab.httpd(after) as edited:
        (httpd.root / "site.conf").write_text((edited.root / "site.conf").read_text())


@pytest.mark.parametrize(
    ("before", "after", "mode", "rejected"),
    [
        (GOOD, REJECTED_FOR_OURS, "auto", "SSLUseStapling must be On or Off"),
        (GOOD, REJECTED_FOR_OURS, "always", "SSLUseStapling must be On or Off"),
        (
            REJECTED_FOR_ANOTHER_REASON,
            REJECTED_FOR_ANOTHER_REASON,
            "always",
            "Invalid command 'NoSuchDirective'",
        ),
    ],
)
def test_a_change_is_rejected_if_httpd_accepted_the_configuration_before_or_must_accept_it(
    lab: Lab, before: str, after: str, mode: str, rejected: str
) -> None:
    with lab.httpd(before) as httpd:
        test = configtest([started(httpd)], mode)
        change(lab, httpd, after)
        with pytest.raises(RejectedError, match=rejected):
            test.again()


@pytest.mark.parametrize(
    ("before", "after", "mode", "verdict"),
    [
        (GOOD, GOOD, "auto", Verdict.PASSED),
        (GOOD, GOOD, "always", Verdict.PASSED),
        (REJECTED_FOR_OURS, GOOD, "auto", Verdict.PASSED),
        (GOOD, REJECTED_FOR_OURS, "never", Verdict.NOT_RUN),
        (
            REJECTED_FOR_ANOTHER_REASON,
            REJECTED_FOR_ANOTHER_REASON,
            "auto",
            Verdict.FAILED_BEFORE,
        ),
    ],
)
def test_the_verdict_about_a_change_that_is_kept(
    lab: Lab, before: str, after: str, mode: str, verdict: Verdict
) -> None:
    with lab.httpd(before) as httpd:
        test = configtest([started(httpd)], mode)
        change(lab, httpd, after)
        tested = test.again()
    assert tested.verdict is verdict
    messages = [message for _, message in tested.failures]
    assert len(messages) == (verdict is Verdict.FAILED_BEFORE)
    assert all("Invalid command 'NoSuchDirective'" in message for message in messages)


@pytest.mark.parametrize(
    ("installed", "whole", "mode", "is_tested"),
    [
        (True, True, "auto", True),
        (False, True, "auto", False),
        (False, True, "always", True),
        (True, False, "auto", False),
        (False, False, "always", False),
    ],
)
def test_only_whole_configurations_are_tested_and_others_than_the_machine_s_only_when_told(
    lab: Lab, *, installed: bool, whole: bool, mode: str, is_tested: bool
) -> None:
    with lab.httpd(GOOD) as httpd:
        start = started(httpd)._replace(installed=installed, whole=whole)
        verdict = configtest([start], mode).again().verdict
        # With another one that is not tested, the change as a whole is not tested, either.
        both = configtest([start, started(httpd)._replace(whole=False)], mode).again().verdict
    assert verdict is (Verdict.PASSED if is_tested else Verdict.NOT_RUN)
    assert both is Verdict.NOT_RUN


def test_the_test_is_made_with_the_names_that_are_defined(lab: Lab) -> None:
    text = f"<IfDefine EXTRA>\nServerAdmin a@example.com\n</IfDefine>\n{GOOD}"
    with lab.httpd(text) as httpd:
        test = configtest([started(httpd, Options(defines={"EXTRA": None}))], "auto")
        site = httpd.root / "site.conf"
        site.write_text(site.read_text().replace("ServerAdmin", "NoSuchDirective"))
        with pytest.raises(RejectedError, match="NoSuchDirective"):
            test.again()
