"""The files in debian agree with pyproject.toml. `make deb` builds and tests the package."""

import re
import tomllib
from itertools import pairwise
from typing import Any

import pytest
from packaging.requirements import Requirement

import apachestaple
from tests.project import ROOT

LOCKED = re.compile(r"^(\S+)==(\S+) \\$", re.MULTILINE)


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def locked(name: str) -> dict[str, str]:
    return dict(LOCKED.findall((ROOT / "debian" / name).read_text()))


def test_the_version_is_that_of_the_program() -> None:
    first = (ROOT / "debian/changelog").read_text().partition("\n")[0]
    assert first.startswith(f"apachestaple ({apachestaple.__version__}-")


def test_python_is_at_least_the_required_one(pyproject: dict[str, Any]) -> None:
    (required,) = re.findall(r"python3 \((.*)\)", (ROOT / "debian/control").read_text())
    assert required == pyproject["project"]["requires-python"].replace(">=", ">= ")


def test_the_wheels_are_those_that_the_program_needs(pyproject: dict[str, Any]) -> None:
    versions = locked("requirements.txt")
    for text in pyproject["project"]["dependencies"]:
        needed = Requirement(text)
        assert versions[needed.name.lower()] in needed.specifier, text


def test_the_wheels_are_those_that_the_build_needs(pyproject: dict[str, Any]) -> None:
    versions = locked("build-requirements.txt")
    for text in pyproject["build-system"]["requires"]:
        needed = Requirement(text)
        assert versions[needed.name] in needed.specifier, text


@pytest.mark.parametrize("name", ["requirements.txt", "build-requirements.txt"])
def test_every_wheel_has_a_digest(name: str) -> None:
    lines = (ROOT / "debian" / name).read_text().splitlines()
    for line, following in pairwise(lines):
        if LOCKED.match(line):
            assert following.startswith("    --hash=sha256:"), line
    assert locked(name)
