"""Rows of the readers of configurations, and of what they read beside them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from apachestaple.discovery.locate import locate
from apachestaple.httpd.dump import dump_text
from apachestaple.httpd.envvars import EnvvarsError, assigned_variables
from apachestaple.httpd.include import has_wildcard
from apachestaple.httpd.layout import Options, telling_lines
from apachestaple.httpd.reader import read
from apachestaple.httpd.syntax import logical_lines, tree
from apachestaple.httpd.words import next_word, resolve_variables, split_words
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.site import understand
from apachestaple.mod_ssl.staples import prospect
from apachestaple.rules.catalogue import all_rules

from .row import Limit, Row

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = tempfile.TemporaryDirectory(prefix="apachestaple-linear-")
_SSL = "LoadModule ssl_module modules/mod_ssl.so\n"
_MACRO = "LoadModule macro_module modules/mod_macro.so\n"


def written(name: str, text: str) -> str:
    path = Path(FOLDER.name, name)
    path.write_text(text)
    return str(path)


def file(form: str, size: int) -> str:
    """A file of ``form``, in which ``{n}`` is the number of its repetition."""
    return written("httpd.conf", repeated(form, size))


def repeated(form: str, size: int) -> str:
    if "{n}" in form:
        return "".join(form.replace("{n}", str(n)) for n in range(size))
    return form * size


def begun(before: str, form: str, size: int) -> str:
    return before + repeated(form, size)


def one_line(before: str, form: str, size: int) -> str:
    return written("httpd.conf", begun(before, form, size))


def dumped(text: str) -> str:
    return tree(text).dump()


def resolved(text: str) -> str:
    return resolve_variables(text, {"A": "b"}.get, 1 << 30)


def nested(size: int) -> str:
    return written("httpd.conf", "<IfDefine A>\n" * size + "</IfDefine>\n" * size)


def macro(size: int) -> str:
    text = f"{_MACRO}<Macro M $a $b>\n{'A $a $b' * 10}\n</Macro>\n"
    return written("httpd.conf", text + "Use M 1 2\n" * size)


def read_all(path: str) -> object:
    configuration = read(locate(path, Options()))
    return list(dump_text(configuration.directives))


def variables(text: str) -> object:
    try:
        return assigned_variables(text, {})
    except EnvvarsError as error:
        return error


# What is repeated in a configuration.
FILES = {
    "directives": "ServerAlias www{n}.example.com\n",
    "comments": "# nothing\n",
    "blank lines": "\n",
    "sections": "<Directory /{n}>\n</Directory>\n",
    "open conditions": "<IfModule mod_nosuch.c>\n",
    "closes": "</Directory>\n",
    "wrong closes": "<Files a>\n</Directory>\n",
    "continued lines": "A b\\\n",
    "blank continued lines": " \\\n",
    "variables": "Define A{n} ${A{n}}\n",
    "unknown variables": "ServerAdmin ${X{n}}\n",
    "wrong macros": "<Macro>\n</Macro>\n",
    "quotes": "A 'b\\' \"c\n",
    "wrong Includes": "Include none-{n}-*.conf\n",
    "versions": "<IfVersion ~ ^{n}>\n</IfVersion>\n",
    "ServerRoot": "ServerRoot /a{n}\n",
    "LoadModule": "LoadModule a{n}_module a.so\n",
}
# What is repeated in one line of a configuration.
LINES = {
    "words": "a ",
    "spaces": " ",
    "quotes": '"a"',
    "half quotes": "'a \\",
    "backslashes": "\\",
    "variables": "${A} ",
    "different variables": "${A{n}} ",
    "half variables": "${a-",
    "braces": "}",
    "brackets": ">",
}
# What is repeated in a file of variables, and in one line of it.
VARIABLES = {
    "assignments": "export A{n}=b\n",
    "conditions": 'if [ -n "$A" ]; then\n',
    "other conditions": "if test -x /a; then\n",
    "ends": "fi\n",
    "unset": "unset A{n}\n",
}
VARIABLES_LINES = {
    "half uses": "${a-",
    "half prefixes": "${a#[",
    "uses": "$A",
    "spaces": " ",
    "quotes": '"',
    "semicolons": "; ",
    "escapes": '"\\',
}


def judged(path: str) -> object:
    site = understand(read(locate(path, Options())))
    return [prospect(host, site) for host in site.hosts]


def certificates(size: int) -> str:
    names = "".join(f"SSLCertificateFile c{n}.pem\n" for n in range(size))
    return written(
        "httpd.conf",
        f"{_SSL}SSLStaplingCache shmcb:x(512000)\nSSLUseStapling on\n"
        f"<VirtualHost *:443>\nSSLEngine on\n{names}</VirtualHost>\n",
    )


def linted(path: str) -> object:
    return lint([understand(read(locate(path, Options())))], all_rules())


ROWS = [
    *(
        Row(f"lint of {form.strip()}", partial(one_line, _SSL, form), linted)
        for form in ("SSLUseStapling on\n", "SSLUseStaping on\n", "SSLStaplingCache shmcb:a\n")
    ),
    Row("certificates of a host", certificates, judged),
    *(Row(f"file of {name}", partial(file, form), read_all) for name, form in FILES.items()),
    *(
        Row(f"line of {name}", partial(one_line, "A ", form), read_all)
        for name, form in LINES.items()
    ),
    *(
        Row(f"ServerRoot and {name}", partial(one_line, "ServerRoot", form), telling_lines)
        for name, form in {"spaces": " ", "variables": "${a"}.items()
    ),
    Row("conditions within each other", nested, read_all, size=100),
    Row("uses of a macro", macro, read_all, size=100),
    *(
        Row(f"envvars of {name}", partial(repeated, form), variables)
        for name, form in VARIABLES.items()
    ),
    *(
        Row(f"envvars, {begin}{name}", partial(begun, begin, form), variables)
        for begin in ("A=", "if [ ")
        for name, form in VARIABLES_LINES.items()
    ),
    *(
        Row(f"{function.__name__} of {name}", partial(repeated, form), function)
        for function in (split_words, next_word, has_wildcard, logical_lines, resolved, dumped)
        for name, form in LINES.items()
    ),
    *(Row(f"tree of {name}", partial(repeated, form), dumped) for name, form in FILES.items()),
]


@dataclass(frozen=True)
class Tree(Limit):
    """A command on a folder that ``write`` fills."""

    write: Callable[[Path], None] = lambda _: None

    def measure(self) -> tuple[float, float]:
        with tempfile.TemporaryDirectory(prefix="apachestaple-linear-") as folder:
            self.write(Path(folder))
            filled = Limit(self.name, [*self.command, folder], self.feed, self.seconds)
            return filled.measure()


def limit(
    name: str, write: Callable[[Path], None], seconds: float, memory: float, *options: str
) -> Tree:
    return Tree(name, ["lint", *options], bytes, seconds, memory, write)


def main_file(text: str, name: str = "httpd.conf") -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_text(text)

    return write


def doubled(folder: Path) -> None:
    lines = [f"Define A{n + 1} ${{A{n}}}${{A{n}}}\n" for n in range(35)]
    main_file("Define A0 xxxxxxxx\n" + "".join(lines))(folder)


def doubled_macros(folder: Path) -> None:
    macros = [f"<Macro M{n + 1}>\nUse M{n}\nUse M{n}\n</Macro>\n" for n in range(35)]
    main_file(f"{_MACRO}<Macro M0>\nA b\n</Macro>\n{''.join(macros)}Use M35\n")(folder)


def doubled_links(folder: Path) -> None:
    main_file("IncludeOptional d0\n")(folder)
    for number in range(30):
        below = folder / f"d{number}"
        below.mkdir()
        for name in ("x", "y"):
            (below / name).symlink_to(f"../d{number + 1}")
    (folder / "d30").mkdir()


def linked_to_itself(folder: Path) -> None:
    main_file("IncludeOptional d\n")(folder)
    (folder / "d").mkdir()
    for name in ("x", "y"):
        (folder / "d" / name).symlink_to("../d")


def endless_variables(folder: Path) -> None:
    main_file("Timeout 60\n", "apache2.conf")(folder)
    (folder / "envvars").symlink_to("/dev/zero")


LIMITS = [
    limit("35 variables that double each other", doubled, 5, 500),
    limit("35 macros that double each other", doubled_macros, 10, 500),
    limit("30 folders with two links each", doubled_links, 5, 100),
    limit("a folder with two links to itself", linked_to_itself, 2, 100),
    limit("envvars that is a link to /dev/zero", endless_variables, 2, 100),
    limit("Include /usr", main_file("Include /usr\n"), 10, 500, "--root", "/"),
    limit("IncludeOptional /", main_file("IncludeOptional /\n"), 10, 500, "--root", "/"),
    limit("a line of 100 MB", main_file("A " + "b" * 100_000_000 + "\n"), 5, 500),
    limit("a line of 60 MB", main_file("A " + "b c " * 15_000_000 + "\n"), 5, 500),
    limit("a line of 16 MB", main_file("A " + "b 'c " * 3_200_000 + "\n"), 5, 500),
    limit(
        "60 MB of lines", main_file(repeated("ServerAlias a{n}.example.com\n", 1_900_000)), 20, 500
    ),
]
