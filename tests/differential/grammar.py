"""Configurations for hypothesis to draw: a main file and what it includes.

Most are well-formed but for their spelling, so that both get far; some carry one or two faults.
What is compared is the language, so the directives are such that httpd takes them anywhere and with
any argument.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

from tests.differential.compare import MACROS, MAIN, PREAMBLE, ROOT, Case

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

# Files that a case may have, and patterns that name some of them.
FILES = (
    "a.conf",
    "conf.d/c.conf",
    "conf.d/d.conf",
    "sites/one/e.conf",
    "sites/two/e.conf",
    "conf.d/.hidden.conf",
    "b c.conf",
    "sites/[x].conf",
    "other/a.conf",
    "conf.d/B.CONF",
    "other/conf.d/c.conf",
    "conf.d/é.conf",
    "conf.d/[]",
)
PATTERNS = (
    "*.conf",
    "conf.d",
    "conf.d/",
    "conf.d/*.conf",
    "conf.d/[a-c].conf",
    "conf.d/[!c].conf",
    "conf.d/[^c].*",
    "conf.d/?.conf",
    "conf.d/[]c].conf",
    "conf.d/[c",
    "conf.d/[c-a].conf",
    "conf.d/[a\\]c].conf",
    "conf.d/*/",
    "a.conf/",
    "*.d/c.conf/",
    "conf.d/[c-].conf",
    "conf.d/[[:digit:]c].conf",
    "conf.d/[B-d].[Cc]*",
    "conf.d/\\c.conf",
    "conf.d/*",
    "conf.d/.*",
    "conf.d/[A-Z].[A-Z]*",
    "conf.d/??.conf",
    "conf.d/[é].conf",
    "conf.d/[!é].conf",
    "conf.d/[!a].conf",
    "conf.d/[]",
    "conf.d/[!]",
    "conf.d/[]-c].conf",
    "conf.d/[a-\\d]*",
    "conf.d/[\\a-d].conf",
    "conf.d/[c",
    "conf.d/[c]*[f]",
    "conf.d/c.conf/.",
    "conf.d/.",
    "conf.d/./c.conf",
    "[a-z]*.[a-z]/[a-z].conf",
    "sites/*/e.conf",
    "sites/*/*.conf",
    "sites/[ot]*/?.conf",
    "sites/\\[x\\].conf",
    "sites/[x].conf",
    "sites/[[]x].conf",
    "sites",
    "./a.conf",
    "conf.d/../a.conf",
    "conf.d//c.conf",
    "*/c.conf",
    "*/*/?.conf",
    "empty",
    "empty/*.conf",
    "none.conf",
    "none/*.conf",
    "a.conf/*",
    "b c.conf",
    "b?c.conf",
    "/dev/null",
    "@ROOT@/../tree/a.conf",
    "{a,b}.conf",
    "a.conf*",
    "conf.d/**",
    "logs/../conf.d/[[:alpha:]].conf",
)
NAMES = ("V", "W", "v", "Long_Name-1.x", "S", "ENV_ONE", "a b", "X", "é", "UNKNOWN", "P")
VARIABLES = (
    *(f"${{{name}}}" for name in NAMES),
    "${ENV_TWO}",
    "${ENV_EMPTY}",
    "${ENV_QUOTE}",
    "${env_lower}",
    "${ENV_LOWER}",
    "${v:w}",
    "${}",
    "$V",
    "${V",
    "${${V}}",
    "$${V}",
    "${V}${W}",
    "$",
    "${ V }",
    "\\${V}",
)
VALUES = (
    "1",
    '"a b"',
    "Directory",
    "VirtualHost",
    "'\"'",
    '""',
    "${W}",
    "x${V}y",
    "</If>",
    "'<Files x>'",
    "#",
    "'# c'",
    '"\\\\"',
    "a.conf",
    "conf.d",
    "UnsetEnv",
    "env_module",
    "'UnsetEnv a'",
    "x\\",
    "\udcff",
    ">",
)
WORDS = (
    "a",
    "b#c",
    "#",
    '"a b"',
    "'a b'",
    '"a \\" b"',
    "'it\\'s'",
    '"\\\\"',
    "\\\\",
    "a\\b",
    "\\",
    '"open',
    "'open",
    'x"y',
    '""',
    "''",
    "<x>",
    ">",
    "</Files>",
    "é",
    "\u00a0",
    "a\u00a0b",
    "\udcff\udcfe",
    "\u2028",
    "\x1c",
    "\x85",
    "@x",
    "%x",
    "$x",
    "\\n",
    '"a\tb"',
    "=",
    "-",
)
SPACES = (" ", "  ", "\t", " \t ", "\v", "\f", "\r", " \r ")
CONTINUATIONS = ("\\\n", "\\\r\n", " \\\n", "\\\n  ", "\\\n\\\n", "\\\n\t")
ENDINGS = ("\n", "\n", "\n", "\n", "\r\n", " \n", "\t\r\n", "\v\n", "\\ \n", "\r\r\n")
SECTIONS = {
    "server": ("VirtualHost *:80", "Directory /x", "Location /y", "Files z", "FilesMatch \\.z$"),
    "host": ("Directory /x", "Location /y", "Files z", "DirectoryMatch /x", "LocationMatch y"),
    "folder": ("Files z", "Limit GET", "LimitExcept POST", "If true", "FilesMatch z"),
    "files": ("Limit GET", "If true", "LimitExcept GET POST"),
    "none": (),
}
INSIDE = {
    "VirtualHost": "host",
    "Directory": "folder",
    "DirectoryMatch": "folder",
    "Location": "none",
    "LocationMatch": "none",
    "Files": "files",
    "FilesMatch": "files",
    "Limit": "none",
    "LimitExcept": "none",
    "If": "none",
}
CONDITIONS = (
    "IfModule env_module",
    "IfModule mod_env.c",
    "IfModule !mod_env.c",
    "IfModule macro_module",
    "IfModule !mod_macro.c",
    "IfModule mod_nothing.c",
    "IfModule core.c",
    "IfModule mod_so.c",
    "IfModule event.c",
    "IfModule Env_Module",
    'IfModule "env_module"',
    '"IfModule" env_module',
    "IfModule env_module other",
    "IfModule ! env_module",
    "IfModule !!env_module",
    "IfModule ${S}",
    "IfDefine V",
    "IfDefine !V",
    "IfDefine v",
    "IfDefine DUMP_CONFIG",
    "IfDefine X",
    "IfDefine ${V}",
    "IfDefine !${W}",
    'IfDefine "a b"',
    "IfFile a.conf",
    "IfFile !a.conf",
    "IfFile conf.d",
    "IfFile @ROOT@/conf.d/c.conf",
    "IfFile conf.d/*.conf",
    "IfFile /dev/null",
    "IfDirective UnsetEnv",
    "IfDirective unsetenv",
    "IfDirective !Header",
    "IfDirective <Directory",
    "IfDirective Use",
    "IfSection VirtualHost",
    "IfSection macro",
    "IfSection !Nothing",
    "IfSection <VirtualHost",
    "IfVersion 2.4",
    "IfVersion >= 2.4",
    "IfVersion > 2.4.71",
    "IfVersion < 2.4.71",
    "IfVersion <= 2.4.71",
    "IfVersion !>= 2",
    "IfVersion = 2.4.71",
    "IfVersion == 2.4.71",
    "IfVersion != 2.4.71",
    "IfVersion !== 2.4.71",
    "IfVersion 2.4.71",
    "IfVersion ~ ^2\\.4",
    "IfVersion !~ ^2\\.2",
    "IfVersion = /^2/",
    "IfVersion != /x/",
    'IfVersion = "2.4.71"',
    "IfVersion = /[[:digit:]]+/",
    "IfVersion ~ ^[0-9.]{6}$",
    "IfVersion >= 2.4.71.0",
    "IfVersion >= 2.",
)
BAD_CONDITIONS = (
    "IfVersion >= 2.4.x",
    "IfVersion >= 2..4",
    "IfVersion => 2.4",
    "IfVersion ~= 2.4",
    "IfVersion ! 2.4",
    "IfVersion = //",
    "IfVersion = /",
    "IfVersion ~ (",
    "IfVersion =",
    "IfVersion",
    "IfModule",
    "IfDefine",
    "IfModule !",
    'IfFile ""',
)
# Faults and oddities, each a few lines of its own.
ODDITIES = (
    "</VirtualHost>",
    "</Directory>",
    "</IfModule>",
    "</IfDefine> # x",
    "</Macro>",
    "</Nothing",
    "<VirtualHost *:80>",
    "<Directory /q",
    "<>",
    "<",
    "</>",
    "</",
    ">",
    "< Directory /x>",
    "<Directory/x>",
    "<IfModule env_module",
    "<IfModule>env_module",
    "<IfDefine X></IfDefine>",
    "<IfModule env_module><IfModule env_module>",
    '"</IfModule>"',
    '"<IfModule" env_module>',
    "</IfModule >",
    "</ifmodule>",
    "</IfModule>>",
    "Define",
    "Define a:b",
    "Define a b c",
    'Define "" b',
    'Define a "" ',
    'Define a "" b',
    "UnDefine",
    "UnDefine a:b",
    "UnDefine a b",
    "Include",
    "Include a.conf b.conf",
    'Include ""',
    "IncludeOptional",
    "Include none.conf",
    "Include none/*",
    "Include /dev/zero",
    "ServerRoot none",
    "ServerRoot",
    "DefaultRuntimeDir none",
    "DefaultRuntimeDir conf.d",
    "LoadModule x_module",
    "LoadModule env_module modules/mod_env.so",
    "LoadModule x_module modules/none.so",
    "LoadFile modules/none.so",
    "LoadModule so_module x",
    "<Perl>",
    "</Perl>",
    '""',
    "''",
    '"" UnsetEnv a',
    "\\",
    "\\\\",
    "\ufeffUnsetEnv a",
    "\udcef\udcbb\udcbfUnsetEnv a",
    "UnsetEnv a\0b",
    "\0",
    "a\0\\",
    "<Macro>",
    "<Macro x",
    "<Macro x $a $a>",
    '<Macro x "">',
    "Use",
    "Use none",
    "Use none a b",
    "UndefMacro",
    "UndefMacro none",
    "${V}",
    "<${S} /x>",
    "</${S}>",
    "<If${V} x>",
    "UnsetEnv",
    "Nonsense a b",
)
LENGTHS = (*range(196, 212), *range(412, 420), *range(620, 626), 1000, *range(8186, 8196), 20000)


class Writer:
    """Writes one case."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._files: list[str] = []
        self._later: Sequence[str] = FILES
        self._macros: list[tuple[str, int]] = []
        self._budget = 40
        # How often in a thousand a line carries a fault.
        self._faults = self.one_of((0, 0, 0, 0, 20, 60))
        # How often it is spelled oddly.
        self._noise = self.one_of((0, 50, 200, 600))

    def one_of(self, choices: Sequence[T]) -> T:
        return self._random.choice(choices)

    def number(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def happens(self, in_thousand: int) -> bool:
        return self._random.random() * 1000 < in_thousand

    def quoted(self, word: str) -> str:
        if any(character in word for character in "\"'\\${"):
            return word
        return self.one_of((word, word, word, f'"{word}"', f"'{word}'", f'"{word}'))

    def in_any_case(self, name: str) -> str:
        return self.one_of((name, name, name, name, name.lower(), name.upper(), name.swapcase()))

    # -- a file -------------------------------------------------------------------------------

    def file(self, index: int) -> str:
        """The text of a file; it includes only files that come later, most of the time."""
        self._later = FILES[index + 1 :] or FILES
        if not self.happens(100):
            self._macros = []
        context = self.one_of(("server", "none"))
        lines = self.block(context, self.number(0, 4), 1)
        return self.text(lines)

    def text(self, lines: list[str]) -> str:
        text = "".join(self.spelled(line) for line in lines)
        if self.happens(100):
            text = self.one_of((text.rstrip("\n"), text + "\\", text + "\\\n", text + "   "))
        if self.happens(30):
            text = text.replace("\n", "\r\n")
        return text

    def spelled(self, line: str) -> str:
        """The line with its ending, and odd white space and continuations in it."""
        if not self.happens(self._noise):
            return line + "\n"
        how = self.number(0, 5)
        if how == 0:
            line = self.one_of(SPACES) + line
        elif how == 1 and " " in line:
            place = line.index(" ")
            line = line[:place] + self.one_of(SPACES) + line[place + 1 :]
        elif how in (2, 3):
            place = self.number(0, len(line))
            line = line[:place] + self.one_of(CONTINUATIONS) + line[place:]
        elif how == 4:
            return line + self.one_of(ENDINGS)
        else:
            line += self.one_of((" ", "\t", "\\\n", " \\\n", "\\\n\n", "\f"))
            if self.happens(150):
                line += self.one_of((" # note", " junk", ">", "\\"))
        return line + "\n"

    # -- lines --------------------------------------------------------------------------------

    def block(self, context: str, size: int, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(size):
            if self._budget <= 0:
                break
            self._budget -= 1
            if self.happens(self._faults):
                lines.append(self.one_of(ODDITIES))
            lines += self.item(context, depth)
        return lines

    def item(self, context: str, depth: int) -> list[str]:
        choice = self.number(0, 99)
        if choice < 28 or depth > 5:
            return [self.directive()]
        if choice < 40 and SECTIONS[context]:
            return self.section(context, depth)
        if choice < 58:
            return self.condition(context, depth)
        if choice < 70:
            return [self.definition()]
        if choice < 78:
            return [self.include()]
        if choice < 90:
            return self.macro(context, depth)
        if choice < 95:
            return [self.remark()]
        if choice < 97:
            return [self.long_line()]
        if choice < 98:
            return [self.root()]
        if choice < 99:
            module = self.one_of(("macro", "macro", "setenvif", "headers", "actions"))
            return [f"LoadModule {module}_module modules/mod_{module}.so"]
        return [self.one_of(("", "", " ", "\\\n", "\t"))]

    def directive(self) -> str:
        words = [self.argument() for _ in range(self.number(0, 3))]
        name = self.in_any_case(self.one_of(("UnsetEnv", "UnsetEnv", "PassEnv")))
        if self.happens(30):
            name = f'"{name}"'
        return " ".join([name, "a", *words])

    def argument(self) -> str:
        if self.happens(250):
            variable = self.one_of(VARIABLES)
            return self.one_of((variable, f'"{variable}"', f"x{variable}y"))
        word = self.one_of(WORDS)
        return word if self.happens(800) else word + self.one_of(WORDS)

    def section(self, context: str, depth: int) -> list[str]:
        heading = self.one_of(SECTIONS[context])
        name, _, argument = heading.partition(" ")
        inside = self.block(INSIDE[name], self.number(0, 4), depth + 1)
        written = self.in_any_case(name)
        opening = f"<{written} {self.quoted(argument)}>"
        if self.happens(60):
            opening = self.one_of(
                (
                    f"<{written} {argument} >",
                    f"{opening} junk",
                    f"{opening}UnsetEnv b",
                    f'"<{written}" {argument}>',
                    f"{opening}>",
                    f"{opening} # > note",
                    f"<{written}\t{argument}>",
                    "<${S} /x>",
                )
            )
        closing = f"</{self.in_any_case(name)}>"
        if self.happens(40):
            closing = self.one_of((f"{closing} junk", f'"{closing}"', "</${S}>", f" {closing}"))
        return [opening, *inside, *self.closed(closing)]

    def condition(self, context: str, depth: int) -> list[str]:
        heading = self.one_of(BAD_CONDITIONS if self.happens(self._faults) else CONDITIONS)
        name, space, argument = heading.partition(" ")
        bare = name.strip('"')
        written = self.in_any_case(bare)
        opening = f'"<{written}" {argument}>' if '"' in name else f"<{written}{space}{argument}>"
        if self.happens(60):
            opening = self.one_of((f"{opening} junk", f"{opening}UnsetEnv b", f"{opening[:-1]} >"))
        inside = self.block(context, self.number(0, 4), depth + 1)
        if self.happens(self._faults):
            inside.append(self.one_of(ODDITIES))
        closing = f"</{self.in_any_case(bare)}>"
        if self.happens(self._faults):
            closing = self.one_of((f"{closing} junk", f'"{closing}"', f"{closing[:-1]} >"))
        return [opening, *inside, *self.closed(closing)]

    def closed(self, closing: str) -> list[str]:
        return [] if self.happens(self._faults // 2) else [closing]

    def definition(self) -> str:
        name = self.one_of(NAMES)
        if " " in name:
            name = f'"{name}"'
        if self.happens(200):
            return f"{self.in_any_case('UnDefine')} {name}"
        word = self.in_any_case("Define")
        if self.happens(150):
            return f"{word} {name}"
        return f"{word} {name} {self.one_of(VALUES)}"

    def include(self) -> str:
        if self.happens(600):
            there = [name for name in self._later if name in self._files] or ["none.conf"]
            target = self.one_of(there)
            optional = there == ["none.conf"] or self.happens(500)
        else:
            target = self.one_of(PATTERNS)
            optional = not self.happens(max(self._faults * 4, 30))
        if self.happens(150):
            target = f"{ROOT}/{target}"
        if self.happens(50):
            target = self.one_of(("${P}", "${V}.conf", "${W}/c.conf", target + "${ENV_EMPTY}"))
        if " " in target:
            target = f'"{target}"'
        name = "IncludeOptional" if optional else "Include"
        return f"{self.in_any_case(name)} {self.quoted(target)}"

    def macro(self, context: str, depth: int) -> list[str]:
        if self._macros and self.happens(600):
            return [self.use(*self.one_of(self._macros))]
        if self._macros and self.happens(50):
            return [f"UndefMacro {self.one_of(self._macros)[0]}"]
        name = self.one_of(("M", "Host", "m.n", '"a b"', "N'", "${V}", "É", "é", "m"))
        parameters = [
            self.one_of(("$x", "%y", "@z", "$xy", "${p}", "plain", "@x", '"a b"', "UnsetEnv"))
            for _ in range(self.number(0, 2))
        ]
        if len(set(parameters)) < len(parameters) and not self.happens(self._faults):
            parameters = parameters[:1]
        self._budget -= 1
        # What a macro uses within itself must be there before.
        body = self.macro_body(parameters, context, depth)
        self._macros.append((name, len(parameters)))
        heading = " ".join([f"<{self.in_any_case('Macro')} {name}", *parameters]) + ">"
        lines = [heading, *body, *self.closed(f"</{self.in_any_case('Macro')}>")]
        if self.happens(800):
            lines.append(self.use(name, len(parameters)))
        return lines

    def macro_body(self, parameters: list[str], context: str, depth: int) -> list[str]:
        lines = self.block(context, self.number(0, 3), depth + 2)
        names = [name.strip('"') for name in parameters]
        for _ in range(self.number(0, 2)):
            name = self.one_of(names or ["$none"])
            lines += self.one_of(
                (
                    [f"UnsetEnv b {name}"],
                    [f"UnsetEnv b{name}{name}c"],
                    [f"UnsetEnv a {name} {name}"],
                    [f"UnsetEnv b {name}\\"],
                    [f"UnsetEnv b {name}\\ "],
                    [f"Define V {name}"],
                    [f"<IfDefine {name}>", "UnsetEnv c", "</IfDefine>"],
                    ["# remark"],
                    [""],
                    [" # remark \\", "more"],
                    [f"IncludeOptional {name}.conf"],
                    [f"IncludeOptional {self.one_of(PATTERNS)}"],
                )
            )
        if self.happens(80):
            name = self.one_of(names or ["$none"])
            lines += self.one_of(
                (
                    [name],
                    [f"{name} a {name}"],
                    [f"<Files {name}>", f"UnsetEnv {name}", "</Files>"],
                    [f" {name}# note"],
                    [f"Use {name}"],
                    ["<Files z>"],
                    ["</Files>"],
                    ["<IfDefine V>"],
                    ["</IfDefine>"],
                    [f"</{name}>"],
                    [f"UnsetEnv {'x' * 4000} {name}{name}"],
                    ["UnsetEnv b " + "é" * self.number(4084, 4092)],
                    ["UnsetEnv b " + "x" * self.number(8170, 8186)],
                    ["UnsetEnv b" + " " * self.number(8170, 8186)],
                    ["UnsetEnv b \\", "x" * self.number(8170, 8186)],
                )
            )
        return lines

    def use(self, name: str, parameters: int) -> str:
        if self.happens(self._faults):
            parameters += 1
        arguments = [
            self.one_of(
                (
                    "one",
                    "'two words'",
                    '"a\\\\"',
                    "'\"'",
                    "''",
                    '" "',
                    "UnsetEnv",
                    "'UnsetEnv d'",
                    "Files",
                    "$x",
                    "%y",
                    "@z",
                    "x$x",
                    "${V}",
                    "'# c'",
                    "'</IfDefine>'",
                    "\udcff",
                    "V",
                    "x" * 4095,
                    '"<Files q>"',
                    "M",
                )
            )
            for _ in range(parameters)
        ]
        written = self.in_any_case(name) if "$" not in name else name
        return " ".join([self.in_any_case("Use"), written, *arguments])

    def remark(self) -> str:
        return self.one_of(
            (
                "# remark",
                "#",
                "# continued \\\nUnsetEnv hidden",
                "# ${UNKNOWN} <Files x>",
                " # remark",
                "\t#\\",
                "#\udcff",
                "# </IfModule>",
            )
        )

    def long_line(self) -> str:
        length: int = self.one_of(LENGTHS)
        kind = self.number(0, 4)
        if kind == 0:
            return "#" + "x" * (length - 1)
        if kind == 1:
            return "UnsetEnv " + "x " * ((length - 9) // 2)
        if kind == 2:
            return "UnsetEnv " + "x" * (length - 10) + "\\\ny"
        if kind == 3:
            return "UnsetEnv a" + " " * (length - 10)
        return "UnsetEnv " + "x" * (length - 9)

    def root(self) -> str:
        return self.one_of(
            (
                f"ServerRoot {ROOT}/other",
                f'ServerRoot "{ROOT}"',
                f"ServerRoot {ROOT}/conf.d/../other/",
                f"ServerRoot {ROOT}//other/.",
                "DefaultRuntimeDir conf.d",
                f"DefaultRuntimeDir {ROOT}",
            )
        )

    # -- the whole ----------------------------------------------------------------------------

    def case(self) -> Case:
        self._files = [name for name in FILES if self.happens(350)]
        files: dict[str, str] = {MAIN: ""}
        for name in self._files:
            self._budget = max(self._budget, 6)
            files[name] = self.file(FILES.index(name))
        self._budget = self.number(2, 30)
        self._later = FILES
        if not self.happens(100):
            self._macros = []
        body = self.text(self.block("server", self.number(0, 8), 0))
        macros = "" if self.happens(30) else MACROS
        files[MAIN] = PREAMBLE + macros + body
        return Case(files)


@st.composite
def cases(draw: Callable[[st.SearchStrategy[int]], int]) -> Case:
    """A configuration.

    Hypothesis draws a seed alone: drawing every word from it takes three times as long as httpd
    does, and what was found is better made smaller by the files' own lines (`run.shrunk`).
    """
    return Writer(Random(draw(st.integers(0, 2**64 - 1)))).case()  # noqa: S311
