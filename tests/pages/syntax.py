"""Whether commands can be run as they are written: options, targets and modules that exist."""

import importlib.util
import re
import shlex
from collections.abc import Iterator

import typer

from apachestaple.cli.app import app
from tests.project import ROOT

# Programs whose options are not checked.
OTHERS = {
    *(
        "ansible-doc",
        "ansible-galaxy",
        "ansible-playbook",
        "apt-get",
        "ausearch",
        "cd",
        "code",
    ),
    *(
        "diff",
        "dnf",
        "docker",
        "for",
        "gh",
        "git",
        "journalctl",
        "jq",
        "ln",
        "ls",
        "man",
        "mkdir",
        "mv",
    ),
    *("nft", "patch", "pip", "pipx", "pre-commit", "printf", "python3", "python3.11"),
    *("setsebool", "ssh", "systemctl", "tail", "uv"),
}
_MAKE = re.compile(r"^([a-z][a-z-]+):", re.MULTILINE)
_SEPARATORS = {"|", "||", "&&", ";", "do", "done", "|&", "&"}
_REDIRECTION = re.compile(r"\d?(>|>>|<)")


def problems(script: str) -> Iterator[str]:
    """What is wrong with the commands of a script for the shell."""
    for words in commands(script):
        if problem := _problem(words):
            yield f"{shlex.join(words)}: {problem}"


def commands(script: str) -> Iterator[list[str]]:
    """The commands of a script without redirections, variables and ``sudo``."""
    for line in script.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        tokens = iter([*lexer, ";"])
        for token in tokens:
            if _REDIRECTION.fullmatch(token):
                next(tokens, None)
            elif token in _SEPARATORS:
                if words:
                    yield words
                words = []
            elif words or not (token == "sudo" or re.fullmatch(r"\w+=.*", token)):
                words.append(token)


def _problem(words: list[str]) -> str:
    program, *arguments = words
    if program in {"apachestaple", "/usr/local/bin/apachestaple"}:
        return _of_apachestaple(arguments)
    if program == "make":
        targets = set(_MAKE.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
        wrong = [word for word in arguments if "=" not in word and word not in targets]
        return f"no target {', '.join(wrong)}" if wrong else ""
    if program in {".venv/bin/python", "python"}:
        found = arguments[0] == "-m" and importlib.util.find_spec(arguments[1])
        return "" if found else "no such module"
    if program == ".venv/bin/pytest":
        missing = [word for word in arguments if ".py" in word and not (ROOT / word).exists()]
        return f"no file {', '.join(missing)}" if missing else ""
    return "" if program.rpartition("/")[2] in OTHERS else "not a known program"


def _of_apachestaple(arguments: list[str]) -> str:
    """Parse the arguments without running the command."""
    if arguments and arguments[0] in {"--version", "--install-completion", "--show-completion"}:
        return ""
    if not arguments:
        return "no command"
    group = typer.main.get_command(app)
    name, *rest = arguments
    command = group.get_command(None, name)  # type: ignore[attr-defined]
    if command is None:
        return "no such command"
    try:
        command.make_context(name, rest)
    except Exception as problem:  # noqa: BLE001 - the exceptions of Typer's click are private
        return f"{problem.__class__.__name__}: {problem}"
    return ""
