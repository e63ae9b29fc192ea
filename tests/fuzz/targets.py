"""What is fuzzed: each target takes any bytes, and raises where a promise is broken."""

from collections.abc import Callable
from functools import cache

from apachestaple.httpd.configuration import Configuration
from apachestaple.httpd.dump import dump_text
from apachestaple.httpd.envvars import MOST_ASSIGNED, EnvvarsError, assigned_variables
from apachestaple.httpd.modules import DEBIAN_BUILT_IN
from apachestaple.httpd.paths import Paths
from apachestaple.httpd.reader import read
from apachestaple.httpd.start import Start
from apachestaple.httpd.syntax import logical_lines, tree
from apachestaple.httpd.words import WHITE_SPACE
from tests.fuzz.programs import fuzz_fix, fuzz_settings, fuzz_template
from tests.project import ROOT

# The texts that are read stand for those of two files of a fixture, which are there for Include.
_ROOT = ROOT / "tests/fixtures/rhel"
_MAIN = str(_ROOT / "etc/httpd/conf/httpd.conf")
_INCLUDED = str(_ROOT / "etc/httpd/conf.d/www.conf")
_MODULES = DEBIAN_BUILT_IN | {"macro_module"}

# Stands between the text of the main file and that of the included one.
SEPARATOR = b"\x1e"


def fuzz_tree(data: bytes) -> None:
    """The tree of a file gives back every byte of it."""
    text = data.decode("utf-8", "surrogateescape")
    assert tree(text).dump() == text
    assert tree(text).dump().encode("utf-8", "surrogateescape") == data


def fuzz_lines(data: bytes) -> None:
    """The logical lines of a file are those that httpd's own loop finds."""
    text = data.decode("utf-8", "surrogateescape")
    lines = logical_lines(text)
    count = range(len(lines.text))
    trimmed = [line.strip(WHITE_SPACE) for line in lines.text]
    ours = [(trimmed[i], lines.first_line(i), lines.last_line(i)) for i in count]
    theirs = _lines_of_httpd(text)
    for found in (ours, theirs):
        # Blank lines at the end of a file are nobody's.
        while found and not found[-1][0]:
            found.pop()
    assert ours == theirs


def _lines_of_httpd(text: str) -> list[tuple[str, int, int]]:
    """``ap_cfg_getline_core`` of server/util.c, step by step: line, first and last number."""
    physical = text.split("\n")
    read_lines = [f"{line}\n" for line in physical[:-1]]
    if physical[-1]:
        read_lines.append(physical[-1])
    found = []
    buffer, first, number = "", 1, 0
    for line in read_lines:
        number += 1
        # The whole buffer is looked at: a backslash left over from a pair, or a CR before one that
        # was taken away, counts again when an empty line follows.
        buffer += line.split("\0", 1)[0]
        content = buffer.removesuffix("\n")
        if content != buffer and content.removesuffix("\r").endswith("\\"):
            buffer = content.removesuffix("\r")[:-1]
            continue
        found.append((buffer.strip(WHITE_SPACE), first, number))
        buffer, first = "", number + 1
    if first <= number and buffer:
        # Reading the end of the file is counted like a line.
        found.append((buffer.strip(WHITE_SPACE), first, number + 1))
    return found


def fuzz_read(data: bytes) -> None:
    """Whatever two files hold is read to its end, and everything that was read has a place."""
    main, _, included = data.partition(SEPARATOR)
    texts = {
        _MAIN: main.decode("utf-8", "surrogateescape"),
        _INCLUDED: included.decode("utf-8", "surrogateescape"),
    }
    for whole in (True, False):
        configuration = read(
            Start(
                _MAIN,
                "/etc/httpd",
                Paths(str(_ROOT), texts=texts),
                version=lambda: (2, 4, 71),
                defines={"DEFINED": None, "VALUE": "1"},
                environment={"APACHE_RUN_DIR": "/run"},
                built_in=_MODULES,
                whole=whole,
            )
        )
        _look_at(configuration)


def _look_at(configuration: Configuration) -> None:
    for directive in configuration.directives:
        assert 1 <= directive.line <= directive.end_line
        assert "\n" not in directive.name + directive.raw
        assert len(directive.arguments) <= len(directive.raw)
        assert directive.depth <= len(configuration.directives)
        assert directive.place.line == directive.line
    places = [error.place for error in configuration.errors]
    places += [note.place for note in configuration.notes]
    for place in places:
        assert place.file in configuration.files
        assert 1 <= place.line <= place.end_line
    for line in dump_text(configuration.directives):
        assert "\n" not in line


def fuzz_envvars(data: bytes) -> None:
    """Whatever a file of variables holds, it is read within its limits."""
    try:
        found = assigned_variables(data.decode("utf-8", "surrogateescape"), {"HOME": "/root"})
    except EnvvarsError:
        return
    assert sum(map(len, found.values())) <= MOST_ASSIGNED + len("/root")
    assert all(name.isidentifier() for name in found)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "tree": fuzz_tree,
    "lines": fuzz_lines,
    "read": fuzz_read,
    "envvars": fuzz_envvars,
    "settings": fuzz_settings,
    "template": fuzz_template,
    "fix": fuzz_fix,
}


@cache
def seeds() -> list[bytes]:
    """Where the fuzzer starts: configurations of the project, and what they do not show."""
    paths = [
        path
        for folder in ("tests/fixtures", "examples/apache2")
        for path in sorted((ROOT / folder).rglob("*.conf"))
    ]
    return [*(path.read_bytes() for path in paths), *_SEEDS]


_SEEDS = (
    b'select = ["AS2"]\ndefine = ["A=1"]\nmap = {"/etc" = "x"}\n[tool.apachestaple]\nroot = "."\n',
    b"{% for n in numbers %}{{ n * 2 }}{% endfor %}{{ name | upper }}{% if name %}x{% endif %}\n",
    b'if [ -z "$A" ]; then\nexport A="${B:-c}"\nelif test $A = \'b\'\nthen\nunset B\nelse\n'
    b"C=${A##x}${B%y}$D # e\nfi\nif [ 1 ]; then A=$A$A; fi\n",
    b"",
    b"A b \\\r\n c \\\n\\\n d\n\tE 'f\\'g' \"h\\\"\" i\\\\j\r\n# k \\\nl",
    b"A \\\n b\0c \\\nD\n<E f>g\n</E>h\n<I\n></I >\n",
    b"Include conf.d/*.conf\nIncludeOptional conf.d\nInclude [a-z]*/www.con?\n\x1eServerName x\n",
    b"Include conf.d/www.conf\nA\n\x1eInclude conf/httpd.conf\n",
    b"<Macro M $a @b>\nUse N $a @b\n<VirtualHost @b>\nName $a\n</VirtualHost>\n</Macro>\n"
    b"<Macro N $x %y>\nA $x%y\n</Macro>\nUse M 1 '2 3'\nUndefMacro M\nUse M\n",
    b"Define A 1\nDefine B ${A}${VALUE}\nX ${B} ${C} ${APACHE_RUN_DIR}\nUnDefine A\nY ${A}\n",
    b"<IfDefine !A>\n<IfModule mod_ssl.c>\nB\n</IfModule>\n</IfDefine>\n<IfVersion >= 2.4>\nC\n"
    b"</IfVersion>\n<IfVersion ~ ^2\\.>\nD\n</IfVersion>\n<IfFile conf.d/www.conf>\n</IfFile>\n"
    b"<IfDirective SSLUseStapling>\n</IfDirective>\n<IfSection VirtualHost>\n</IfSection>\n",
    b"LoadModule ssl_module modules/mod_ssl.so\nSSLStaplingCache shmcb:/run/x(131072)\n"
    b"ServerRoot /etc/httpd\n<VirtualHost *:443>\nSSLUseStapling on\n",
)
