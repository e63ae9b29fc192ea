"""What a file is, by its first lines: a main file, another file of httpd, or neither."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from apachestaple.discovery.names import is_named_template, is_yaml
from apachestaple.discovery.templates.tags import marks_of, tags
from apachestaple.filesystem.reading import read_start
from apachestaple.httpd.commands import all_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

# The number of bytes and lines that are looked at.
HEAD = 65536
_MOST_LINES = 500

# Directives of httpd that also stand in files of other programs, such as nginx, OpenSSH and ld.so.
_SHARED = frozenset(
    {
        *("include", "user", "group", "listen", "port", "protocol", "protocols", "timeout"),
        *("options", "loglevel", "error", "header", "define", "allow", "deny", "order", "use"),
        *("require", "servername", "serveradmin", "anonymous", "loadmodule", "maxclients"),
    }
)
# Directives of other programs with the same syntax (ProFTPD).
_FOREIGN = frozenset({"servertype", "defaultserver", "maxinstances", "umask", "<global"})
# Sections and directives that only stand in a configuration of CUPS.
_CUPS = frozenset({"<policy", "webinterface", "defaultauthtype", "browsing", "systemgroup"})
_SSL = re.compile(r"ss?l{1,2}[a-z]{4,}")
_VARIABLE = re.compile(r"\$\{[^{}]*+\}")
_FIRST_WORD = re.compile(r"<?/?[A-Za-z_][\w-]*")
_SERVER_ROOT = re.compile(r"[ \t]*ServerRoot[ \t]+\S", re.IGNORECASE)


class Kind(StrEnum):
    """What a file is."""

    MAIN = "main file"
    FRAGMENT = "configuration of httpd"
    OTHER = "not a configuration of httpd"


def kind_of(head: str, *, has_main_name: bool = False) -> Kind:
    """What the file is that starts with ``head``.

    A file with the name of a main file may also consist of directives that other programs have.
    """
    if "\0" in head:
        return Kind.OTHER
    known = certain = foreign = 0
    is_main = False
    for line in _significant_lines(head):
        if line.split(None, 1)[0].lower() in _CUPS:
            return Kind.OTHER
        weight = _weight(line)
        known += weight is not None
        foreign += weight is None
        certain += bool(weight)
        is_main = is_main or _SERVER_ROOT.match(line) is not None
    if not (certain or (has_main_name and known)) or known < foreign:
        return Kind.OTHER
    return Kind.MAIN if is_main or has_main_name else Kind.FRAGMENT


def needs_rendering(path: str, text: str) -> bool:
    """Whether a file is a template or YAML, by its content or its name.

    A mark without its end, such as the ``{%`` of a LogFormat, does not make any file a template.
    """
    if is_yaml(path):
        return True
    is_named = is_named_template(path)
    return any(is_named or tag.content is not None for tag in tags(text, marks_of(path)))


def head_of(path: str) -> str:
    """The beginning of a regular file as text.

    Raises:
        OSError: it cannot be read.

    """
    return read_start(path, HEAD).decode("utf-8-sig", "replace")


def _significant_lines(head: str) -> Iterator[str]:
    """The first logical lines without comments and blank lines."""
    count = 0
    continues = False
    for line in head.split("\n"):
        text = line.strip()
        is_first, continues = not continues, text.endswith("\\")
        if is_first and text and text[0] not in "#;":
            yield text
            count += 1
            if count == _MOST_LINES:
                return


# Cached, because the hosts of a server have many lines in common.
@lru_cache(maxsize=1024)
def _weight(line: str) -> bool | None:
    """Whether a line is certainly one of httpd; ``None`` if it is none."""
    line = _VARIABLE.sub("x", line)
    if line.endswith((";", "{", "}")):
        return None
    found = _FIRST_WORD.match(line)
    if found is None:
        return None
    word = found[0]
    name = word.lower().replace("</", "<", 1)
    behind = line[found.end() :]
    if name in _FOREIGN or (behind and behind[0] not in " \t>"):
        return None
    if name.startswith("<"):
        return line.endswith(">") if name in all_commands() or name in _SECTIONS else None
    if not behind.strip() or behind.lstrip().startswith(("=", ":")):
        return None
    if _SSL.fullmatch(name):
        return True
    if name == "alias" and "/" not in behind and "$" not in behind:
        # That of a kernel module, in modprobe.d.
        return None
    if name in _SHARED:
        return False
    if name in all_commands() or name in _READING:
        return True
    return None


# Executed while reading, or of modules of their own.
_READING = frozenset({"undefine", "includeoptional", "undefmacro", "loadfile"})
_SECTIONS = frozenset(
    {
        *("<ifmodule", "<ifdefine", "<iffile", "<ifversion", "<ifdirective", "<ifsection"),
        *("<macro", "<mdomain", "<mdomainset", "<perl"),
    }
)
