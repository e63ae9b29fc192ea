"""Neovim with the language server: a finding is shown, explained and repaired."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.command.run import run
from tests.editors.neovim import played
from tests.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CERTIFICATE = "    SSLCertificateFile certs/wiki.example.net.pem"
WIKI = "sites-available/wiki.example.net.conf"


class Played:
    """One run of Neovim, and the folder of the server."""

    def __init__(self, folder: Path, program: str = "nvim", version: str = "0.7") -> None:
        self.server = folder / "etc/apache2"
        shutil.copytree(ROOT / "examples/apache2", self.server, symlinks=True)
        self.before = (self.server / WIKI).read_text()
        self.result: dict[str, Any] = played(
            self.server / WIKI, folder, program=program, version=version
        )


@pytest.fixture(scope="module")
def neovim(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return Played(tmp_path_factory.mktemp("neovim"))


def test_the_finding_of_lint_is_shown(neovim: Played) -> None:
    assert neovim.result["filetype"] == "apache"
    (shown,) = neovim.result["diagnostics"]
    assert (shown["source"], shown["code"]) == ("apachestaple", "AS304")
    assert shown["message"].startswith("the certificate of wiki.example.net has no OCSP URI")
    assert shown["lnum"] == neovim.before.split("\n").index(CERTIFICATE)


def test_hovers_explain_the_directive_and_the_certificate(neovim: Played) -> None:
    shown = "\n".join(neovim.result["hover"])
    assert "SSLUseStapling on|off" in shown
    assert "wiki.example.net:443" in shown
    assert "does not staple: its certificate has no OCSP URI" in shown
    assert "No OCSP URI" in "\n".join(neovim.result["certificate"])


def test_definitions_are_opened(neovim: Played) -> None:
    found = neovim.result["definitions"]
    assert found["certificate"] == [str(neovim.server / "certs/wiki.example.net.pem"), 1]
    assert found["variable"][0] == str(neovim.server / "envvars")


def test_names_and_values_are_completed(neovim: Played) -> None:
    names, values = neovim.result["names"], neovim.result["values"]
    assert "SSLStaplingReturnResponderErrors" in names["labels"]
    assert "SSLStaplingCache" not in names["labels"]
    assert names["completed"] == "    SSLUseStapling"
    assert values == {"labels": ["on", "off"], "completed": "    SSLUseStapling on"}


def test_the_quick_fix_repairs_the_file(neovim: Played) -> None:
    titles = neovim.result["actions"]
    assert any(title.startswith("Fix AS304: Set SSLStaplingForceURL") for title in titles)
    assert any(title.startswith("Ignore AS304") for title in titles)
    on = "    SSLUseStapling on\n"
    forced = "    SSLStaplingForceURL http://ocsp.example.com/\n"
    assert (neovim.server / WIKI).read_text() == neovim.before.replace(on, on + forced)
    assert "AS304" not in run("lint", neovim.server / WIKI).stdout


def test_the_page_shows_what_neovim_shows(neovim: Played) -> None:
    page = " ".join((ROOT / "docs/how-to/editors.md").read_text().split())
    (shown,) = neovim.result["diagnostics"]
    line = neovim.before.split("\n")[shown["lnum"]].strip()
    message = shown["message"].partition(", so")[0]
    assert f"W {shown['lnum'] + 1} {line} ■ {message}" in page
    # Neovim hides the marks of code and the addresses of links.
    text = re.sub(r"`|\[([^\]]*)\]\([^)]*\)", r"\1", "\n".join(neovim.result["hover"]))
    assert " ".join(text.split()) in page
