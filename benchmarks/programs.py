"""The programs that are compared: httpd, apachestaple, and two that read the same files."""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HTTPD = "/usr/sbin/apache2"
AUGTOOL = "augtool"

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Program:
    """A program to measure.

    Attributes:
        name: name for the table.
        command: command line; it must succeed.
        says: text that the output must contain, as proof that the work was done.
        exit_code: its exit code.

    """

    name: str
    command: Sequence[str]
    says: str = ""
    exit_code: int = 0


def apachestaple() -> str:
    """The command of this virtual environment."""
    return shutil.which("apachestaple", path=Path(sys.executable).parent) or "apachestaple"


def httpd(main_file: Path) -> Program:
    """The reference: it reads and checks the configuration."""
    command = [HTTPD, "-d", str(main_file.parent), "-f", str(main_file), "-t"]
    return Program("httpd -t", command, "Syntax OK")


def ours(main_file: Path, hosts: int) -> list[Program]:
    """Reading alone, and the whole linter."""
    root = str(main_file.parent)
    reading = [sys.executable, str(_HERE / "reading.py"), root]
    lint = [apachestaple(), "lint", "--fail-on", "error", root]
    return [
        Program("reading alone", reading, f"{hosts} hosts"),
        Program("apachestaple lint", lint, f"{hosts} hosts"),
    ]


def repairs(main_file: Path, hosts: int) -> list[Program]:
    """The linter, and the repair of hosts that all need an edit."""
    root = str(main_file.parent)
    lint = [apachestaple(), "lint", "--fail-on", "error", root]
    return [
        Program("apachestaple lint", lint, f"{hosts} hosts"),
        Program("apachestaple fix --diff", [apachestaple(), "fix", "--diff", root], "@@", 1),
    ]


def others(main_file: Path, hosts: int, folder: Path) -> list[Program]:
    """Other programs that read Apache configurations: apacheconfig's loader, and augeas.

    Both read single files, without Includes and conditions.
    """
    root = str(main_file.parent)
    stock = [sys.executable, str(_HERE / "stock.py"), root]
    commands = folder / "augtool.txt"
    commands.write_text("load\nprint /augeas//error\nmatch /files//VirtualHost\n")
    augtool = [AUGTOOL, "--noload", "--noautoload", f"--root={root}", "-f", str(commands)]
    for files in ("*.conf", "mods-enabled/*.load", "sites-enabled/*.conf"):
        augtool += ["-t", f"Httpd.lns incl /{files}"]
    found = [Program("apacheconfig", stock, f"{hosts} hosts")]
    if shutil.which(AUGTOOL):
        found.append(Program("augeas", augtool, "VirtualHost" if hosts else ""))
    else:
        print("augeas is left out: apt-get install augeas-tools augeas-lenses", file=sys.stderr)
    return found


def stock_as_is(main_file: Path) -> Program:
    """The loader of apacheconfig with its own options for Apache, which is not timed."""
    stock = [sys.executable, str(_HERE / "stock.py"), str(main_file.parent), "--as-is"]
    return Program("apacheconfig", stock)


def small(main_file: Path) -> list[Program]:
    """One small file, and the start of Python."""
    fragment = next(main_file.parent.glob("sites-enabled/*.conf"))
    lint = [apachestaple(), "lint", "--fail-on", "error", str(fragment)]
    return [
        httpd(main_file),
        Program("python -c pass", [sys.executable, "-c", "pass"]),
        Program("apachestaple lint", lint, "1 host"),
    ]
