"""What a reader does who follows a page: commands, and files to create."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Stands for lines that are left out.
LEFT_OUT = "…"

_BLOCK = re.compile(
    r"^(?:(?:Create|Change) `(?P<file>[^`\n]+)`(?:.+\n)+\n)?"
    r"```(?P<kind>\w*)\n(?P<text>(?:.*\n)*?)```$",
    re.MULTILINE,
)

# Differs from run to run; the order matters.
_VARYING = (
    (r"\b\d{8}T\d{6}\.\d{6}Z", "BACKUP"),
    (r"\d{4}-\d\d-\d\d( |T)\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|Z)?", "TIME"),
    (r"TIME to TIME", "TIME"),
    (r"\d{4}-\d\d-\d\d", "DATE"),
    (r"\[\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d\.\d+ \d{4}\]", "[TIME]"),
    (r"\w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT", "TIME"),
    (r"\[pid \d+(:tid \d+)?\]", "[pid]"),
    (r"\d+\.\d+ s\b", "SECONDS"),
    (r"(\d+|-) +\d+\.\d\d$", "BYTES AND SECONDS"),
    (r"\d+(\.\d+)? [hd] left", "LEFT"),
    (r"\d+% of its life", "LIFE"),
    (r"\b\d+ bytes", "BYTES"),
    (r"[0-9A-F]{16,}", "SERIAL"),
    (r"(?<![\d.])\d+\.\d+\.\d+(?![\d.])", "VERSION"),
    (r"\d+\.\d+(?=[s; ])", "NUMBER"),
    (r"\b\d+B;", "BYTES;"),
    (r"in \d+ files", "in FILES"),
)


@dataclass(frozen=True)
class Command:
    """A command of a page with its output.

    Attributes:
        line: the line of the page.
        text: the command, which may have several lines.
        output: what the page shows below it.

    """

    line: int
    text: str
    output: str


@dataclass(frozen=True)
class File:
    """A file that the page tells the reader to create."""

    line: int
    path: str
    text: str


def steps(page: str) -> Iterator[Command | File]:
    """The commands of ``console`` blocks and the files to create, in the order of the page."""
    for block in _BLOCK.finditer(page):
        line = page.count("\n", 0, block.start("text")) + 1
        if block["file"]:
            yield File(line, block["file"], block["text"])
        elif block["kind"] == "console":
            yield from _commands(block["text"], line)


def _commands(block: str, line: int) -> Iterator[Command]:
    before, *parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    line += before.count("\n")
    for part in parts:
        first, *rest = part.splitlines(keepends=True)
        continued = 0
        while continued < len(rest) and rest[continued].startswith("> "):
            continued += 1
        text = first + "".join(more.removeprefix("> ") for more in rest[:continued])
        yield Command(line, text, "".join(rest[continued:]))
        line += part.count("\n")


def agrees(shown: str, output: str) -> bool:
    """Whether a command printed what the page shows, but for times, sizes and lines left out."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == LEFT_OUT else re.escape(line)
        for line in without_varying(shown).splitlines(keepends=True)
    )
    return re.fullmatch(pattern, without_varying(output)) is not None


def without_varying(text: str) -> str:
    """The text with one word for each time, size and serial number."""
    for pattern, word in _VARYING:
        text = re.sub(pattern, word, text, flags=re.MULTILINE)
    return text
