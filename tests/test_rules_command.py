"""``apachestaple rules`` and ``--version``."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import apachestaple
from apachestaple.rules.catalogue import CATEGORIES, all_rules
from tests.command.run import run
from tests.schemas import RULES, checked

if TYPE_CHECKING:
    from pathlib import Path


def test_rules_are_listed_by_category() -> None:
    heading, *blocks = run("rules").stdout.split("\n\n")
    assert heading.split()[:2] == ["CODE", "NAME"]
    found = {block.splitlines()[0]: block.splitlines()[1:] for block in blocks}
    assert list(found) == [f"{prefix}xx {name}" for prefix, name in CATEGORIES.items()]
    assert sum(map(len, found.values())) == len(all_rules())
    for title, lines in found.items():
        assert {line[:3] for line in lines} == {title[:3]}


@pytest.mark.parametrize("word", ["AS4", "as41", "AS411"])
def test_the_start_of_codes_shows_their_rules(word: str) -> None:
    codes = [rule.code for rule in all_rules() if rule.code.startswith(word.upper())]
    assert codes
    documents = checked(run("rules", word, "--format", "json").stdout, RULES)
    assert [document["rule"] for document in documents] == codes
    text = run("rules", word).stdout
    if len(codes) > 1:
        assert re.findall(r"^(AS\d{3}) ", text, re.MULTILINE) == codes
    else:
        assert text.startswith(f"{codes[0]} "), "the page of the rule"


@pytest.mark.parametrize("word", ["AS9", "4", "", "AS4*", "responder"])
def test_a_word_that_is_no_rule(word: str) -> None:
    done = run("rules", word)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"apachestaple: no rule has the code or name {word!r}\n"


def test_the_version_names_the_programs_that_are_used() -> None:
    first, *lines = run("--version").stdout.splitlines()
    assert first == f"apachestaple {apachestaple.__version__}"
    versions = dict(re.split(r" {2,}", line) for line in lines)
    httpd = subprocess.run(["/usr/sbin/apache2", "-v"], capture_output=True, text=True, check=True)
    openssl = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True)
    assert f"Apache/{versions['httpd'].split()[0]} " in httpd.stdout
    assert versions["OpenSSL"].split()[0] == openssl.stdout.split()[1]
    assert versions["Python"] == f"{platform.python_version()} ({sys.executable})"
    assert versions["installed in"] == os.path.dirname(apachestaple.__file__)


def test_programs_that_are_not_there_or_not_programs(tmp_path: Path) -> None:
    for name in ("apache2", "openssl"):
        (tmp_path / name).write_text("no program\n")
        (tmp_path / name).chmod(0o755)
    done = run("--version", env={"PATH": str(tmp_path)})
    assert done.returncode == 0
    assert re.search("^OpenSSL +not found$", done.stdout, re.MULTILINE)
