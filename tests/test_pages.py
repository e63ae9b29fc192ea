"""Every command in the documentation is run and its output compared, or the page says why not."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pages import folders
from tests.pages.blocks import Block, blocks, blocks_of, pages
from tests.pages.sandbox import Sandbox, is_shown
from tests.pages.server import ADDRESS, PageServer
from tests.pages.syntax import problems
from tests.project import ROOT
from tests.walkthrough.__main__ import PAGES
from tests.walkthrough.pages import LEFT_OUT, Command, agrees, steps

if TYPE_CHECKING:
    from collections.abc import Iterator

# Other programs follow these pages step by step.
FOLLOWED = {
    "CONTRIBUTING.md": "tests/test_contributing.py",
    **dict.fromkeys(PAGES, "tests/walkthrough/__main__.py"),
}
# Other tests run these commands, in the surroundings that they need.
RUN_BY = {
    "apachestaple responders --resolve --format nftables /etc/apache2": "test_firewall.py",
    "apachestaple report --format markdown results": "test_fleet_views.py",
}
# Languages of blocks without commands.
WITHOUT_COMMANDS = {
    *("apache", "diff", "elisp", "ini", "jinja", "json", "lua", "python", "text", "toml", "yaml"),
}
# Commands that need the server of the pages.
_WITH_SERVER = re.compile(r"apachestaple (probe|responders --check)\b")
# Commands that need a network, other paths, or the httpd of this machine.
_ELSEWHERE = re.compile(
    r"apachestaple (probe|server|--)|[ =](/|https?:)(?!etc/ssl=)|^apachestaple (lint|fix)( -\S+)*$"
    r"|--templates our-templates$|\\| jq "
)
_LENGTH_AND_SECONDS = re.compile(r"(\d+|-) +\d\.\d\d$", re.MULTILINE)

BLOCKS = [block for page in pages() for block in blocks(page)]
CONSOLE = [
    block
    for block in BLOCKS
    if block.language == "console" and not block.not_run and block.page not in FOLLOWED
]
SCRIPTS = [block for block in BLOCKS if block.language == "sh"]


@dataclass(frozen=True)
class Shown:
    """A command of a page, with the output that the page shows."""

    page: str
    line: int
    command: str
    output: str


def shown(block: Block) -> Iterator[Shown]:
    """The commands of a block."""
    for step in steps(f"```console\n{block.text}```\n"):
        if isinstance(step, Command) and step.text.strip() not in RUN_BY:
            yield Shown(block.page, block.line + step.line - 2, step.text.strip(), step.output)


COMMANDS = [each for block in CONSOLE for each in shown(block)]
WITH_SERVER = [each for each in COMMANDS if _WITH_SERVER.match(each.command)]
ON_EXAMPLES = {
    page: [each for each in COMMANDS if each.page == page and each not in WITH_SERVER]
    for page in sorted({each.page for each in COMMANDS})
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The server of the pages, in a folder of its own."""
    state = tmp_path_factory.mktemp("state")
    with PageServer(tmp_path_factory.mktemp("server"), state) as running:
        yield running


@pytest.mark.parametrize("page", ON_EXAMPLES)
def test_the_page_shows_what_its_commands_print(page: str, tmp_path: Path) -> None:
    sandbox = Sandbox.of_page(page, tmp_path)
    for each in ON_EXAMPLES[page]:
        printed = sandbox.output(each.command)
        if LEFT_OUT not in each.output:
            assert printed == each.output
        assert is_shown(each.output, printed), f"{page}:{each.line}: {each.command}\n{printed}"


@pytest.mark.parametrize("each", WITH_SERVER, ids=lambda each: each.command)
def test_the_page_shows_what_is_printed_about_a_server(each: Shown, server: PageServer) -> None:
    if "--from" in each.command:
        server.renew("www.example.com")
    sandbox = Sandbox(server.folder, server.inside, {"SSL_CERT_FILE": "root.pem"})
    printed = sandbox.output(each.command).replace(ADDRESS, "192.0.2.7")
    output, printed = (_LENGTH_AND_SECONDS.sub("", text) for text in (each.output, printed))
    assert agrees(output, printed), f"{each.page}:{each.line}: {each.command}\n{printed}"


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_every_block_has_a_kind(block: Block) -> None:
    assert block.language in {"console", "sh", *WITHOUT_COMMANDS}
    if block.language == "console":
        assert re.match(r"\$ \S", block.text), "output alone is a block of the language text"
    elif block.language != "sh":
        assert not re.search(r"^(\$ )?(sudo )?apachestaple [a-z]", block.text, re.MULTILINE)


@pytest.mark.parametrize("block", SCRIPTS, ids=lambda block: block.place)
def test_commands_without_output_can_be_run_as_they_are_written(block: Block) -> None:
    assert list(problems(block.text)) == []


def runnable(script: str) -> Iterator[str]:
    """Commands that read only files with relative paths, and not this machine's httpd."""
    for line in script.splitlines():
        command = re.sub(r"\s+#.*", "", line)
        if command.startswith("apachestaple ") and not _ELSEWHERE.search(command):
            yield command


RUNNABLE = [
    pytest.param(command, id=f"{block.place} {command}")
    for block in SCRIPTS
    if block.page not in FOLLOWED
    for command in runnable(block.text)
]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A folder with all files that the pages name."""
    folder = tmp_path_factory.mktemp("everything")
    folders.everything(folder)
    return Sandbox(folder)


@pytest.mark.parametrize("command", RUNNABLE)
def test_commands_without_output_run(command: str, everything: Sandbox) -> None:
    done = everything.run(command)
    assert done.returncode in {0, 1}, done.stderr
    assert "does not exist" not in done.stderr


def test_pages_that_others_follow_exist() -> None:
    for page, program in FOLLOWED.items():
        assert any(block.page == page and block.language == "console" for block in BLOCKS)
        assert page in (ROOT / program).read_text(encoding="utf-8")


def test_commands_that_are_not_run_have_a_reason() -> None:
    reasons = Counter(block.not_run for block in BLOCKS if block.not_run)
    assert sum(reasons.values()) <= 3, reasons


@pytest.mark.parametrize("command", RUN_BY)
def test_commands_that_other_tests_run(command: str) -> None:
    shown = [block.place for block in CONSOLE if f"$ {command}\n" in block.text]
    assert shown
    program = Path(__file__).with_name(RUN_BY[command]).read_text(encoding="utf-8")
    assert f"$ apachestaple {command.split()[1]}" in program or r"\$ apachestaple (.*?)" in program


def test_blocks_of_a_page() -> None:
    text = "<!-- not run: it needs two servers -->\n```console\n$ a\nb\n```\n"
    text += "\n- c\n\n  ```sh\n  d\n  ```\n"
    first, second = blocks_of(text, "page.md")
    assert first == Block("page.md", 3, "console", "$ a\nb\n", "it needs two servers")
    assert second == Block("page.md", 10, "sh", "d\n")


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("apachestaple lint --formt json .", "No such option: --formt"),
        ("apachestaple lnt .", "no such command"),
        ("cd x && sudo apachestaple fix --diff . | patch -q1 | apachestaple xplain", "no such"),
        ("make dcos N=1", "no target dcos"),
        (".venv/bin/python -m benchmarks.compar", "no such module"),
        (".venv/bin/pytest tests/test_nothing.py", "no file tests/test_nothing.py"),
        ("rm -rf /", "not a known program"),
        ("for a in b; do\n  ssh $a apachestaple fx > c ||\n    printf d\ndone", ""),
    ],
)
def test_problems_of_commands(script: str, problem: str) -> None:
    found = list(problems(script))
    assert found if problem else not found
    assert all(problem in each for each in found)
