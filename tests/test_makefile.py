"""The Makefile: its commands and their list."""

import os
import re
import subprocess

import pytest

from tests.project import ROOT


@pytest.fixture(scope="module")
def listed() -> dict[str, str]:
    """The commands in ``make help``, and their descriptions."""
    lines = re.findall(r"^  make (\S+) +(\S.*)$", make("help"), re.MULTILINE)
    assert len(dict(lines)) == len(lines), "a command is listed twice"
    return dict(lines)


def test_every_command_is_in_the_list(listed: dict[str, str]) -> None:
    rules = make("--print-data-base", "--question", "help", ok=(0, 1))
    (phony,) = re.findall(r"^\.PHONY:(.*)$", rules, re.MULTILINE)
    assert sorted(listed) == sorted(phony.split())


def test_the_list_is_sorted_by_purpose() -> None:
    groups = make("help").strip().split("\n\n")
    assert len(groups) > 5
    for group in groups:
        heading, *commands = group.splitlines()
        assert re.fullmatch(r"[A-Z][\w ,]+", heading), heading
        assert commands
        assert all(command.startswith("  make ") for command in commands)


def test_a_description_fits_its_line(listed: dict[str, str]) -> None:
    long = [name for name, text in listed.items() if len(text) > 85]
    assert not long


def test_every_command_can_be_made(listed: dict[str, str]) -> None:
    planned = make("--dry-run", *listed)
    assert "pytest" in planned
    assert "tests.killed" in planned


def test_the_defaults_in_the_list_are_those_of_the_rules(listed: dict[str, str]) -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    own = re.findall(r"^([\w-]+): (\w+) = (\S+)$", text, re.MULTILINE)
    assert own
    for command, name, value in own:
        assert f"{name}={value}" in listed[command]


def make(*arguments: str, ok: tuple[int, ...] = (0,)) -> str:
    # pytest may be a child of make itself.
    outer = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"}
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in outer},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in ok, done.stderr
    return done.stdout
