"""The manual pages in ``docs/man``, and their generator ``manual``."""

import os
import re
import shlex
import subprocess
from typing import Any

import pytest
import typer

from apachestaple.cli.app import app
from manual.__main__ import FOLDER, TEXTS, pages
from manual.roff import example, literal, paragraphs, prose, tagged
from tests.project import ROOT

PAGES = {path.name: path.read_text(encoding="ascii") for path in sorted(FOLDER.iterdir())}
PROGRAM: Any = typer.main.get_command(app)
CONTEXT = typer.Context(PROGRAM, info_name="apachestaple")
COMMANDS = PROGRAM.list_commands(CONTEXT)

HOSTILE = [
    ".so /etc/passwd",
    "'break the line",
    r"a\fBb\n\(co\*(lq",
    'it\'s "a" `b` ~/x ^',
    "--x -y a-b - a--b",
    r".\" a comment",
]


def shown(page: str, *, width: int = 200) -> str:
    """A page as man shows it, without bold and underlines."""
    done = subprocess.run(
        ["man", "--warnings=w", "--local-file", "-"],
        input=page,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "MANWIDTH": str(width)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stderr == ""
    return re.sub(r".\x08", "", done.stdout)


def test_the_pages_are_the_generated_ones() -> None:
    assert pages() == PAGES, "python -m manual"


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every page as man shows it; man warns of nothing."""
    return {name: shown(page) for name, page in PAGES.items()}


def test_every_command_has_a_page(texts: dict[str, str]) -> None:
    assert set(texts) == {"apachestaple.1", *(f"apachestaple-{name}.1" for name in COMMANDS)}
    listed = texts["apachestaple.1"]
    for name in COMMANDS:
        assert f"apachestaple-{name}(1)" in listed
        assert re.search(rf"^ +{name}( |\n)", listed, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_has_every_option_and_its_description(texts: dict[str, str], name: str) -> None:
    text = " ".join(texts[f"apachestaple-{name}.1"].split())
    command = PROGRAM.get_command(CONTEXT, name)
    for parameter in command.get_params(typer.Context(command, parent=CONTEXT)):
        names, described = parameter.get_help_record(CONTEXT)
        # Some versions of Typer put optional arguments into brackets.
        tag = names if parameter.param_type_name == "option" else parameter.metavar
        assert f"{tag} {' '.join(described.split())}" in text


def test_a_page_has_the_usual_sections(texts: dict[str, str]) -> None:
    always = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]
    for name, text in texts.items():
        headings = re.findall(r"^[A-Z ]+$", text, re.MULTILINE)
        assert [heading for heading in headings if heading in always] == always, name
    assert "FILES" in texts["apachestaple-fix.1"]
    assert "XDG_STATE_HOME" in texts["apachestaple-fix.1"]


@pytest.mark.parametrize("name", ["program", *COMMANDS])
def test_the_examples_are_command_lines_of_the_program(name: str) -> None:
    for shown_example in TEXTS[name]["examples"]:
        words = shlex.split(shown_example["command"], comments=False)
        calls = [i for i, word in enumerate(words) if word == "apachestaple"]
        assert calls
        for start in calls:
            end = next((i for i in range(start, len(words)) if words[i] in ("|", "&&", ">")), None)
            called, *arguments = words[start + 1 : end]
            command = PROGRAM.get_command(CONTEXT, called)
            command.make_context(called, arguments, parent=CONTEXT)


def test_every_variable_of_the_program_is_in_a_page(texts: dict[str, str]) -> None:
    sources = "".join(path.read_text() for path in (ROOT / "apachestaple").rglob("*.py"))
    used = set(re.findall(r"environ\.get\(\"([A-Z_]+)\"", sources)) - {"PATH"}
    assert {"NO_COLOR", "XDG_STATE_HOME"} <= used
    named = set(re.findall(r"^ {7}([A-Z_]{5,})$", "\n".join(texts.values()), re.MULTILINE))
    assert used <= named


def test_the_line_for_whatis_is_understood() -> None:
    command = ["lexgrog", *(str(FOLDER / name) for name in PAGES)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for name, line in zip(PAGES, done.stdout.splitlines(), strict=True):
        assert re.search(rf'"{name.removesuffix(".1")} - [a-z].*[A-Za-z]"$', line)


def test_a_narrow_page_breaks_no_option_or_name() -> None:
    text = shown(PAGES["apachestaple-lint.1"], width=60)
    assert re.findall(r"^.*[\u2010-]$", text, re.MULTILINE) == []


def test_other_pages_exist_where_they_are_named(texts: dict[str, str]) -> None:
    own = {name.removesuffix(".1") for name in texts}
    for text in texts.values():
        assert set(re.findall(r"(apachestaple[\w-]*)\(1\)", text)) <= own


def test_hostile_texts_are_shown_as_they_are() -> None:
    lines = ['.TH "X" 1 2026-11-26 "x" "x"', ".nh", ".SH TEXTS"]
    for text in HOSTILE:
        lines += [*example("Text:", text), *tagged(literal(text), "Tag.")]
    page = "\n".join([*lines, ""])
    read = [line.strip() for line in shown(page).splitlines()]
    for text in HOSTILE:
        assert read.count(text) == 2, text
    assert "root:" not in "".join(read)


def test_prose_marks_options_and_pages() -> None:
    assert prose("Use --no-backup, see man(1), `a-b` or pre-commit.") == (
        r"Use \fB\-\-no\-backup\fR, see \fBman(1)\fR, \fBa\-b\fR or pre-commit."
    )
    assert paragraphs([".a"]) == [".PP", r"\&.a"]


@pytest.mark.parametrize("text", ["a\nb", "\x1b[0m", "naïve", "\u202e"])
def test_a_text_with_other_characters_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot show"):
        prose(text)


def test_groff_warns_of_nothing() -> None:
    for name, page in PAGES.items():
        command = ["groff", "-ww", "-man", "-Tascii", "-z"]
        done = subprocess.run(command, input=page, capture_output=True, text=True, check=True)
        assert done.stderr == "", name
