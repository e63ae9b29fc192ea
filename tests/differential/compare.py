"""One configuration, read by the real httpd and by us, and where the two disagree.

httpd tells its two phases apart: what it finds while it reads is ``apache2: Syntax error on line
…``, what it finds while it executes the directives afterwards is ``AH00526: Syntax error …``. Only
the first is the language. After the second there is no dump to compare, so such a case is
discarded, once it is sure that we read it without an error.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import traceback
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from apachestaple.discovery.locate import locate
from apachestaple.httpd.configuration import ErrorKind, NoteKind
from apachestaple.httpd.dump import dump_text
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apachestaple.httpd.configuration import ReadError
    from apachestaple.httpd.start import Start

BINARY = "/usr/sbin/apache2"
MODULES = "/usr/lib/apache2/modules"
MAIN = "main.conf"
# Stands for the folder of the case in its files.
ROOT = "@ROOT@"

PREAMBLE = f"""\
ServerRoot {ROOT}
DefaultRuntimeDir {ROOT}
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule env_module modules/mod_env.so
LoadModule info_module modules/mod_info.so
ServerName lab.example
"""
MACROS = "LoadModule macro_module modules/mod_macro.so\n"

# Folders that are always there.
FOLDERS = ("logs", "other/logs", "conf.d", "sites/one", "sites/two", "empty", "other/conf.d")

ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C",
    "ENV_ONE": "one",
    "ENV_TWO": "two words",
    "ENV_EMPTY": "",
    "ENV_QUOTE": '"q',
    "env_lower": "lower",
}

# httpd's log cuts a line at 8192 bytes; a loop of includes names more files than that.
LONGEST_OUTPUT = 8000

# Our errors that httpd finds when it executes the directives, and its message of one of these.
EXECUTED = (ErrorKind.SECTION, ErrorKind.ERROR_DIRECTIVE)
SECTION_MESSAGE = (
    r"^<(?:(?:Directory|Location|Files)(?:Match)?|VirtualHost|(?:Else)?If|Limit(?:Except)?)> "
    "directive "
)

# What httpd's message says in other words than we do: a pattern for it, and one for ours.
PARAPHRASES = (
    # The loader's own words follow, which tell of ELF and of folders that it searched.
    (r"Cannot load \S+ into server: ", r"Cannot load \S+ into server: "),
    # ap_pcfg_openfile says it in the log, and returns EBADF.
    (r"^Could not open .*: Bad file descriptor$", r"^Could not open .*: not a regular file$"),
    # httpd ends it with the help text of the directive.
    (r"takes one argument, ", r"takes one argument$"),
    (r"takes two arguments, ", r"takes two arguments$"),
    (r"takes 1-2 arguments, ", r"takes 1-2 arguments$"),
)


@dataclass(frozen=True)
class Case:
    """Files by path below the folder of the case, ``MAIN`` among them."""

    files: Mapping[str, str]

    def __str__(self) -> str:
        return "\n".join(f"--- {name}\n{text!r}" for name, text in self.files.items())


def case(body: str, files: Mapping[str, str] | None = None, *, macros: bool = False) -> Case:
    """A main file that begins with the preamble, and what it includes."""
    return Case({MAIN: PREAMBLE + (MACROS if macros else "") + body, **(files or {})})


@dataclass(frozen=True)
class Told:
    """What httpd says."""

    accepted: bool
    # Rejected, but not while reading.
    executed: bool
    dump: list[str]
    output: str
    # Line, file or macro, and message of the innermost syntax error.
    line: int = 0
    source: str = ""
    message: str = ""
    undefined: int = 0
    crashed: bool = False
    # Whether the log may have cut the message.
    cut: bool = False


@dataclass(frozen=True)
class Ours:
    """What we say: errors while reading, and those of the execution afterwards."""

    errors: list[ReadError]
    executed: list[ReadError]
    dump: list[str]
    undefined: int


@dataclass(frozen=True)
class Verdict:
    """Whether the two agree.

    ``kind`` is ``accepted``, ``rejected`` or ``discarded`` where they do, and what differs where
    they do not; ``about`` is a class of messages, which tells one difference from another.
    """

    kind: str
    about: str = ""
    told: Told | None = field(default=None, compare=False, repr=False)
    ours: Ours | None = field(default=None, compare=False, repr=False)
    detail: str = field(default="", compare=False)

    @property
    def agrees(self) -> bool:
        return self.kind in ("accepted", "rejected", "discarded")


class Arena:
    """A folder in which one case after the other is read by both."""

    def __init__(self, folder: str) -> None:
        self.root = os.path.realpath(folder)
        self._tree = os.path.join(self.root, "tree")
        self._start: Start | None = None

    def verdict(self, case: Case) -> Verdict:
        """Let both read the case."""
        self._write(case)
        told = self._ask(case)
        try:
            ours = self._read()
        except Exception as error:  # noqa: BLE001  (whatever it is, it is a difference)
            where = traceback.extract_tb(error.__traceback__)[-1]
            detail = "".join(traceback.format_exception(error)[-6:])
            return Verdict("traceback", f"{type(error).__name__} in {where.name}", detail=detail)
        verdict = self._judge(case, told, ours)
        if not verdict.agrees and (limit := known_limit(case, told)):
            return replace(verdict, kind="discarded", about=limit)
        return verdict

    @property
    def tree(self) -> str:
        return self._tree

    def _write(self, case: Case) -> None:
        shutil.rmtree(self._tree, ignore_errors=True)
        for folder in FOLDERS:
            os.makedirs(os.path.join(self._tree, folder))
        os.symlink(MODULES, os.path.join(self._tree, "modules"))
        for name, text in case.files.items():
            path = os.path.join(self._tree, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(text.replace(ROOT, self._tree).encode("utf-8", "surrogateescape"))

    def _ask(self, case: Case) -> Told:
        command = [BINARY, "-f", os.path.join(self._tree, MAIN), "-t", "-D", "DUMP_CONFIG"]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=ENVIRONMENT,
            timeout=60,
            check=False,
        )
        output = _unescaped(done.stderr)
        undefined = len(re.findall(r"\] AH00111: Config variable \$\{", output))
        dump = done.stdout.decode("utf-8", "surrogateescape").split("\n")[:-1]
        if done.returncode == 0:
            return Told(True, False, dump, output, undefined=undefined)
        if done.returncode < 0:
            return Told(False, False, dump, output, crashed=True)
        found = self._innermost_error(case, output)
        if found is None:
            # httpd names what it executes after a log id.
            executed = re.search(r"\bAH\d{5}: ", output) is not None
            message = output.rstrip().rpartition("\n")[2]
            if re.search(r"^(?:\S+ )?apache2: ", output, re.MULTILINE) and "AH00526" not in output:
                executed = False
            return Told(False, executed, dump, output, message=message, undefined=undefined)
        line, source, message = found
        cut = len(done.stderr) >= LONGEST_OUTPUT
        return Told(False, False, dump, output, line, source, message, undefined, cut=cut)

    def _innermost_error(self, case: Case, output: str) -> tuple[int, str, str] | None:
        start = output.find("apache2: Syntax error on line ")
        if start < 0:
            return None
        text = output[start + len("apache2: ") :]
        names = [re.escape(os.path.join(self._tree, name)) for name in case.files]
        head = re.compile(
            rf"Syntax error on line (\d+) of ({'|'.join(names)}|macro '.*?\"): ", re.DOTALL
        )
        found = None
        while match := head.match(text):
            text = text[match.end() :]
            found = int(match[1]), match[2], text
        if found is None:
            return None
        line, source, message = found
        if too_long := re.match(r"Error reading (\S+) at line (\d+): Line too long", message):
            # The line named before that is the one of the last directive that was executed.
            line, source = int(too_long[2]), too_long[1]
        return line, source, message.removesuffix("\n")

    def _read(self) -> Ours:
        if self._start is None:
            located = locate(os.path.join(self._tree, MAIN), Options(defines={"DUMP_CONFIG": None}))
            version = located.version()
            self._start = located._replace(
                version=lambda: version,
                environment=ENVIRONMENT,
                installed=True,
                whole=True,
                server_root="/etc/apache2",
                paths=replace(located.paths, boundary=None),
            )
        configuration = read(self._start)
        errors = [error for error in configuration.errors if error.kind is not ErrorKind.NOT_TEXT]
        undefined = Counter(note.kind for note in configuration.notes)
        return Ours(
            [error for error in errors if error.kind not in EXECUTED],
            [error for error in errors if error.kind in EXECUTED],
            # A directive's text may hold a line ending where a file's does not.
            "\n".join([*dump_text(configuration.directives), ""]).split("\n")[:-1],
            undefined[NoteKind.UNDEFINED_VARIABLE],
        )

    # -- the judgement --------------------------------------------------------------------------

    def _judge(self, case: Case, told: Told, ours: Ours) -> Verdict:
        def verdict(kind: str, about: str = "", detail: str = "") -> Verdict:
            return Verdict(kind, about, told, ours, detail)

        if told.crashed:
            return verdict("discarded", "httpd crashed")
        if told.accepted or told.executed:
            if ours.errors:
                return verdict(
                    "only we reject", message_class(ours.errors[0].message), str(ours.errors[0])
                )
            if told.executed:
                is_known = ours.executed or not re.search(SECTION_MESSAGE, told.message)
                kind = "discarded" if is_known else "only httpd rejects"
                return verdict(kind, message_class(told.message))
            if ours.executed:
                error = ours.executed[0]
                return verdict("only we reject", message_class(error.message), str(error))
            if told.dump != ours.dump:
                return verdict("dump", *self._first_difference(told.dump, ours.dump))
            if told.undefined != ours.undefined:
                detail = f"httpd warns {told.undefined} times, we {ours.undefined} times"
                return verdict("undefined variables", "", detail)
            return verdict("accepted")
        if not ours.errors:
            return verdict("only httpd rejects", message_class(told.message), told.output)
        error = ours.errors[0]
        if told.source and not told.cut:
            place = (error.place.file, error.place.end_line)
            texts = self._texts(case)
            expected = physical_place(texts, told.source, told.line)
            # Lines that a macro joins anew, physical_place does not know.
            joined = told.source.startswith("macro ") and _is_joined_in_a_macro(texts)
            if place != expected and not joined:
                detail = f"httpd: {expected} ({told.source}:{told.line}), we: {place}"
                return verdict("place", message_class(told.message), f"{detail}\n{told.output}")
        if not told.cut and not same_message(told.message, error.message):
            detail = f"httpd: {told.message!r}\nwe: {error.message!r}"
            return verdict("message", message_class(told.message), detail)
        return verdict("rejected", "cut by the log" if told.cut else message_class(told.message))

    def _texts(self, case: Case) -> dict[str, str]:
        return {
            os.path.join(self._tree, name): text.replace(ROOT, self._tree)
            for name, text in case.files.items()
        }

    def _first_difference(self, theirs: list[str], ours: list[str]) -> tuple[str, str]:
        for index, (their, our) in enumerate(zip(theirs, ours, strict=False)):
            if their != our:
                before = theirs[max(index - 2, 0) : index]
                kind = "a line"
                if their.startswith("# In file") or our.startswith("# In file"):
                    kind = "the file"
                elif re.fullmatch(r" *# *\d+:", their) and re.fullmatch(r" *# *\d+:", our):
                    kind = "the number"
                return kind, f"after {before}\nhttpd: {their!r}\nwe:    {our!r}"
        if len(theirs) > len(ours):
            return "lines missing", f"we lack {theirs[len(ours) :][:4]}"
        return "lines too many", f"we have also {ours[len(theirs) :][:4]}"


def known_limit(case: Case, told: Told) -> str:
    """Which difference that is known and stays this may be, if one."""
    if re.match(r"Cannot load [^ /]+ into server: ", told.message):
        # The system's linker knows where it looks for a name without a folder.
        return "known: a module without a folder"
    for text in case.files.values():
        last = text.rpartition("\n")[2]
        if len(os.fsencode(last)) >= _FIRST_BUFFER:
            # ap_varbuf_cfg_getline loses a last line that fills its buffer; how large that is
            # after the first time, only the allocator knows.
            return "known: a long last line without line ending"
    return ""


_FIRST_BUFFER = 206
_ESCAPED = re.compile(rb'\\(?:x([0-9a-f]{2})|([\\"bnrtv]))')
_LETTERS = {b"b": b"\b", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def _unescaped(log: bytes) -> str:
    """What httpd wrote before ap_escape_errorlog_item."""

    def meant(escaped: re.Match[bytes]) -> bytes:
        if escaped[1]:
            return bytes([int(escaped[1], 16)])
        return _LETTERS.get(escaped[2], escaped[2])

    return _ESCAPED.sub(meant, log).decode("utf-8", "surrogateescape")


def message_class(message: str) -> str:
    """A message without what is the case's own in it."""
    message = message.rpartition("\n\tcontents ")[2]
    message = re.sub(r"macro '.*?' \(defined.*?\"\)", "macro M", message, flags=re.DOTALL)
    for pattern, meaning in _CLASSES:
        if re.search(pattern, message, re.DOTALL):
            return meaning
    message = re.sub(r"'[^']*'|\"[^\"]*\"", "Q", message)
    message = re.sub(r"(?:/[^/\s]+)+", "PATH", message)
    message = re.sub(r"\d+", "N", message)
    return message.strip().partition("\n")[0][:90]


_CLASSES = (
    (r"without matching <", "</A> without matching <A"),
    (r"^Expected </.*> but saw ", "Expected </A> but saw </B>"),
    (r"^Expected </.*> before end", "Expected </A> before end of configuration"),
    (r"directive missing closing '>'", "missing closing '>'"),
    (r"directive requires additional arguments", "requires additional arguments"),
    (r"unrecognized operator ", "unrecognized operator"),
    (r"Could not open configuration file ", "Could not open configuration file"),
    (r"Could not open directory ", "Could not open directory"),
    (r"No matches for the wildcard ", "No matches for the wildcard"),
    (r" takes one argument", "takes one argument"),
    (r" takes two arguments", "takes two arguments"),
    (r" takes 1-2 arguments", "takes 1-2 arguments"),
    (r" was not closed\.", "was not closed"),
    (r"Cannot load .* into server", "Cannot load"),
    (r"is built-in and can't be loaded", "is built-in"),
    (r"^recursive use of macro", "recursive use of macro"),
    (r"^macro '.*' undefined", "macro undefined"),
    (r"^cannot remove undefined macro", "cannot remove undefined macro"),
    (r"^argument name conflict in macro", "argument name conflict"),
    (r"used with \d+ arguments instead of", "macro used with N arguments"),
    (r"empty argument #\d+ name", "empty argument name"),
    (r"Invalid command ", "Invalid command"),
    (r"buffer size too small", "buffer size too small"),
    (r"token not found", "token not found"),
)


def same_message(theirs: str, ours: str) -> bool:
    """Whether our message is httpd's, or a paraphrase that is known."""
    their_words, our_words = " ".join(theirs.split()), " ".join(ours.split())
    if our_words and our_words in their_words:
        return True
    return any(
        re.search(their_pattern, their_words) and re.search(our_pattern, our_words)
        for their_pattern, our_pattern in PARAPHRASES
    )


# -- where the line of a macro stands -----------------------------------------------------------

_MACRO = re.compile(
    r"macro '.*?' \(defined on line (\d+) of \"(.*)\"\) used on line \d+ of \"", re.DOTALL
)


def physical_place(texts: Mapping[str, str], source: str, line: int) -> tuple[str, int] | None:
    """The file and line that are meant by a line of a macro, which httpd counts in its body."""
    found = _logical_line(texts, source, line)
    if found is None:
        return None
    file, index = found
    return file, list(_logical_lines(texts[file]))[index][1]


def _logical_line(texts: Mapping[str, str], source: str, line: int) -> tuple[str, int] | None:
    if source in texts:
        for index, (_, last) in enumerate(_logical_lines(texts[source])):
            if last == line:
                return source, index
        return source, len(list(_logical_lines(texts[source]))) - 1
    defined = _definition(source)
    if defined is None:
        return None
    start = _logical_line(texts, defined[1], defined[0])
    if start is None:
        return None
    file, index = start
    lines = list(_logical_lines(texts[file]))
    while line > 0:
        index += 1
        if index >= len(lines):
            return None
        if not lines[index][0].startswith("#"):
            line -= 1
    return file, index


def _is_joined_in_a_macro(texts: Mapping[str, str]) -> bool:
    """Whether a line may end in a backslash once the macro that it stands in is used."""
    return any(
        line.endswith("\\") for text in texts.values() for line, _ in _logical_lines(text)
    ) or any('\\\\"' in text for text in texts.values())


def _definition(source: str) -> tuple[int, str] | None:
    """Line and source of the definition in ``macro 'a' (defined on line 1 of "…") used on …``."""
    match = re.match(r"macro '.*?' \(defined on line (\d+) of \"", source, re.DOTALL)
    if match is None:
        return None
    depth, position = 1, match.end()
    # A name inside is itself a macro's: its quotes nest.
    while depth:
        closing = source.find('"', position)
        if closing < 0:
            return None
        if source.startswith('")', closing) or not source[:closing].endswith(" of "):
            depth -= 1
        else:
            depth += 1
        position = closing + 1
    return int(match[1]), source[match.end() : position - 1]


def _logical_lines(text: str) -> Iterator[tuple[str, int]]:
    """Each logical line, stripped, and the number of its last physical line."""
    joined = ""
    number = 0
    for physical in re.findall(r"[^\n]*\n|[^\n]+", text):
        number += 1
        body = physical.partition("\0")[0]
        if body.endswith(("\\\n", "\\\r\n")):
            joined += body.removesuffix("\n").removesuffix("\r").removesuffix("\\")
            continue
        yield (joined + body).strip(" \t\n\v\f\r"), number
        joined = ""
    if joined:
        yield joined.strip(" \t\n\v\f\r"), number + 1
