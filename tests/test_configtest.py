"""``httpd -t`` before and after a repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.fix.transaction.configtest import configtests
from apachestaple.httpd.layout import Options
from apachestaple.rules.rule import CACHE, tls_host

if TYPE_CHECKING:
    from tests.lab.play import Lab

GOOD = CACHE + tls_host("SSLUseStapling on")
REJECTED_FOR_ANOTHER_REASON = f"{GOOD}NoSuchDirective on\n"
REJECTED_FOR_OURS = GOOD.replace("SSLUseStapling on", "SSLUseStapling maybe")


@pytest.mark.parametrize(
    ("before", "after", "mode", "rejected"),
    [
        (GOOD, GOOD, "auto", None),
        (GOOD, GOOD, "always", None),
        (GOOD, REJECTED_FOR_OURS, "auto", "SSLUseStapling must be On or Off"),
        (GOOD, REJECTED_FOR_OURS, "always", "SSLUseStapling must be On or Off"),
        (GOOD, REJECTED_FOR_OURS, "never", None),
        (REJECTED_FOR_ANOTHER_REASON, REJECTED_FOR_ANOTHER_REASON, "auto", None),
        (
            REJECTED_FOR_ANOTHER_REASON,
            REJECTED_FOR_ANOTHER_REASON,
            "always",
            "Invalid command 'NoSuchDirective'",
        ),
    ],
)
def test_a_configuration_that_was_rejected_before_is_repaired_unless_told_otherwise(
    lab: Lab, before: str, after: str, mode: str, rejected: str | None
) -> None:
    with lab.httpd(before) as httpd:
        start = locate(str(httpd.root / "httpd.conf"), Options())
        start = start._replace(environment=httpd.environment, installed=True)
        test_again = configtests([start], mode)
        site = httpd.root / "site.conf"
        with lab.httpd(after) as edited:
            site.write_text((edited.root / "site.conf").read_text())
        said = test_again()
    assert (said is None) == (rejected is None)
    assert (rejected or "") in (said or "")


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
        start = locate(str(httpd.root / "httpd.conf"), Options())
        start = start._replace(
            environment=httpd.environment,
            installed=installed,
            whole=whole,
        )
        test_again = configtests([start], mode)
        (httpd.root / "site.conf").write_text("NoSuchDirective\n")
        assert (test_again() is not None) == is_tested


def test_the_test_is_made_with_the_names_that_are_defined(lab: Lab) -> None:
    text = f"<IfDefine EXTRA>\nServerAdmin a@example.com\n</IfDefine>\n{GOOD}"
    with lab.httpd(text) as httpd:
        start = locate(str(httpd.root / "httpd.conf"), Options(defines={"EXTRA": None}))
        start = start._replace(environment=httpd.environment, installed=True)
        test_again = configtests([start], "auto")
        site = httpd.root / "site.conf"
        site.write_text(site.read_text().replace("ServerAdmin", "NoSuchDirective"))
        said = test_again()
    assert said is not None
    assert "NoSuchDirective" in said
