"""What is said of the same configuration for different versions of httpd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, tls_host
from tests.schemas import LINT, checked
from tests.test_cli import run

if TYPE_CHECKING:
    from tests.lab.play import Lab

MOD_MD = "LoadModule md_module modules/mod_md.so\n"


@pytest.mark.parametrize(
    ("version", "said"), [("2.2.34", False), ("2.4.41", False), ("2.4.42", True), ("2.4.68", True)]
)
def test_mod_md_is_proposed_to_an_httpd_whose_mod_md_staples(
    lab: Lab, version: str, *, said: bool
) -> None:
    with lab.httpd(MOD_MD + CACHE + tls_host("SSLUseStapling on")) as httpd:
        main = httpd.root / "httpd.conf"
        done = run("lint", main, "--httpd-version", version, "--format", "json")
    rules = [finding["rule"] for finding in checked(done.stdout, LINT)["findings"]]
    assert ("AS504" in rules) == said
