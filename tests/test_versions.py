"""What is said of the same configuration for different versions of httpd."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, MOD_MD, managed_domain, managed_host, tls_host
from tests.command.run import run
from tests.schemas import LINT, checked

if TYPE_CHECKING:
    from tests.lab.play import Lab


@pytest.mark.parametrize(
    ("version", "said"),
    [("2.2.34", False), ("2.4.41", False), ("2.4.42", True), ("2.4.66", False), ("2.4.68", True)],
)
def test_mod_md_is_proposed_to_an_httpd_whose_mod_md_staples(
    lab: Lab, version: str, *, said: bool
) -> None:
    with lab.httpd(MOD_MD + CACHE + tls_host("SSLUseStapling on")) as httpd:
        main = httpd.root / "httpd.conf"
        done = run("lint", main, "--httpd-version", version, "--format", "json")
    rules = [finding["rule"] for finding in checked(done.stdout, LINT)["findings"]]
    assert ("AS504" in rules) == said


def test_the_proposal_is_at_the_switch_of_the_first_host(lab: Lab) -> None:
    hosts = [tls_host("SSLUseStapling on", name=f"{name}.example.com") for name in "ab"]
    text = MOD_MD + CACHE + "".join(hosts)
    with lab.httpd(text) as httpd:
        done = run("lint", httpd.root / "httpd.conf", "--select", "AS504", "--format", "json")
    (finding,) = checked(done.stdout, LINT)["findings"]
    assert finding["line"] == text.partition("SSLUseStapling")[0].count("\n") + 1
    assert len(finding["hosts"]) == 2


@pytest.mark.parametrize("switch", ["on", "off"])
def test_mod_md_is_not_proposed_where_it_may_not_staple_for_others(lab: Lab, switch: str) -> None:
    text = MOD_MD + f"MDStapleOthers {switch}\n" + CACHE + tls_host("SSLUseStapling on")
    with lab.httpd(text) as httpd:
        done = run("lint", httpd.root / "httpd.conf", "--format", "json")
    rules = [finding["rule"] for finding in checked(done.stdout, LINT)["findings"]]
    assert ("AS504" in rules) == (switch == "on")


@pytest.mark.parametrize(
    ("version", "directive", "mod_md", "mod_ssl"),
    [
        ("2.4.65", "MDStapling", {"CVE-2026-29168"}, set()),
        ("2.4.66", "MDStapling", {"CVE-2026-29168", "MDStapleOthers"}, set()),
        ("2.4.67", "MDStapling", set(), set()),
        ("2.4.67", "SSLUseStapling", set(), {"CVE-2026-44185"}),
        ("2.4.68", "SSLUseStapling", set(), set()),
        ("2.4.41", "MDStapling", set(), set()),
        ("2.4.42", "MDStapling", {"CVE-2026-29168"}, set()),
    ],
)
def test_the_bugs_of_the_module_that_staples(
    lab: Lab, version: str, directive: str, mod_md: set[str], mod_ssl: set[str]
) -> None:
    with lab.httpd(MOD_MD + CACHE + tls_host(f"{directive} on")) as httpd:
        main = httpd.root / "httpd.conf"
        done = run("lint", main, "--httpd-version", version, "--format", "json")
    findings = checked(done.stdout, LINT)["findings"]
    said = " ".join(finding["message"] for finding in findings if finding["rule"] == "AS505")
    words = {"CVE-2026-29168", "MDStapleOthers", "CVE-2026-44185"}
    assert {word for word in words if word in said} == mod_md | mod_ssl


def test_mod_md_of_one_version_staples_for_managed_domains_alone(lab: Lab) -> None:
    text = MOD_MD + "MDStapling on\n" + managed_domain(certificate="other") + managed_host()
    with lab.httpd(text + tls_host(name="other.example.com")) as httpd:
        done = run(
            *("hosts", httpd.root / "httpd.conf", "--httpd-version", "2.4.66", "--format", "json")
        )
    hosts = {host["name"].partition(":")[0]: host for host in json.loads(done.stdout)}
    found = {name: (host["staples"], host["why"]) for name, host in hosts.items()}
    assert found["www.example.com"][0] is True
    assert found["other.example.com"] == (
        False,
        "SSLUseStapling is not set; mod_md of httpd 2.4.66 staples only for hosts in an MDomain",
    )
