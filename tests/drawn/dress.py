"""The same configuration in other words: conditions, files, variables and macros around it.

What httpd makes of it stays the same; what stands where does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeGuard

from tests.drawn.luck import chance
from tests.drawn.nodes import Line, Node, Section, Text, line

if TYPE_CHECKING:
    from random import Random

    from tests.drawn.site import Site

MAIN = "site.conf"

# What stands in a condition that does not hold; nobody ever looks at it.
_NONSENSE = (
    "SSLUseStapling perhaps\n",
    "SSLUseStaping on\n",
    "SSLStaplingCache none\n",
    "SSLStaplingResponderTimeout 1h\n",
    "<VirtualHost *:1>\nSSLStaplingCache shmcb:logs/x(1)\n</VirtualHost>\n",
    "SSLCertificateFile certs/nowhere.pem\n",
    "Include nowhere.conf\n",
)
_FALSE = (
    ("IfModule", "mod_nosuch.c"),
    ("IfDefine", "NOWHERE"),
    ("IfVersion", "< 2.4"),
    ("IfFile", "certs/nowhere.pem"),
    ("IfModule", "!ssl_module"),
)
_TRUE = (
    ("IfDefine", "!NOWHERE"),
    ("IfVersion", ">= 2.4"),
    ("IfVersion", "~ ^2[.]4"),
    ("IfFile", "certs/chain.pem"),
    ("IfModule", "!mod_nosuch.c"),
    ("IfModule", "ssl_module"),
    ("IfModule", "mod_ssl.c"),
)
# Directives whose first argument is a path or text that a variable may hold.
_VARIABLE = frozenset(
    {
        *("SSLCertificateFile", "SSLCertificateKeyFile", "SSLCertificateChainFile"),
        *("SSLUseStapling", "SSLStaplingCache", "SSLStaplingForceURL"),
        *("ServerName", "SSLEngine", "MDStapling"),
    }
)


@dataclass
class Dressed:
    """Files as trees, by path below the server root."""

    files: dict[str, list[Node]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


def dress(random: Random, site: Site) -> Dressed:
    """Spread a site over files, with conditions, variables and macros."""
    dressed = Dressed()
    dressed.files[MAIN] = body = list(site.body)
    defines: list[Node] = []
    if chance(random, 0.3):
        defines = _variables(random, site)
    if chance(random, 0.2):
        body = dressed.files[MAIN] = _hosts_by_macro(random, site, body)
    if chance(random, 0.15):
        _repeated_by_macro(random, site, defines)
    if chance(random, 0.15):
        _repeated_by_include(random, site, dressed)
    if chance(random, 0.3):
        dressed.files[MAIN] = body = _hosts_in_files(random, body, dressed)
    for _ in range(random.choice((0, 0, 0, 1, 2))):
        _run_in_file(random, random.choice(_bodies(body)), dressed)
    for _ in range(random.choice((0, 0, 1, 2))):
        _in_condition(random, site, random.choice(_bodies(body)))
    for _ in range(random.choice((0, 0, 0, 1, 2))):
        _nonsense(random, site, random.choice(_bodies(body)))
    body[:0] = [*site.modules, *defines]
    return dressed


def _bodies(body: list[Node]) -> list[list[Node]]:
    """``body``, and those of the sections in it that hold a server's settings."""
    inner = [n.body for n in body if isinstance(n, Section) and n.name == "VirtualHost"]
    return [body, body, *inner]


def _run(random: Random, body: list[Node]) -> slice:
    start = random.randrange(len(body)) if body else 0
    return slice(start, start + random.randint(1, 4))


def _in_condition(random: Random, site: Site, body: list[Node]) -> None:
    run = _run(random, body)
    inside = body[run]
    # httpd reads a condition before it knows of modules that are loaded behind it.
    conditions = _TRUE if site.conditions else _TRUE[:4]
    name, words = random.choice(conditions)
    if not inside or any(isinstance(n, Section) and n.name == "Macro" for n in inside):
        return
    body[run] = [Section(name, [words], inside)]


def _nonsense(random: Random, site: Site, body: list[Node]) -> None:
    name, words = random.choice(_FALSE if site.conditions else _FALSE[:-1])
    position = random.randint(0, len(body))
    body.insert(position, Section(name, [words], [Text(random.choice(_NONSENSE))]))


def _run_in_file(random: Random, body: list[Node], dressed: Dressed) -> None:
    run = _run(random, body)
    inside = body[run]
    if not inside or any(isinstance(n, Section) and n.name == "Macro" for n in inside):
        return
    number = len(dressed.files)
    path = f"{random.choice(('conf.d', 'snippets', 'conf.d/tls'))}/{number:03d}-part.conf"
    dressed.files[path] = inside
    body[run] = [_include(random, path, number)]


def _include(random: Random, path: str, number: int) -> Line:
    folder = path.rpartition("/")[0]
    pattern = random.choice((path, path, f"./{path}", f"{folder}/{number:03d}*.conf"))
    pattern = random.choice((pattern, pattern, f"{folder}/{number:03d}-????.conf"))
    return line(random.choice(("Include", "IncludeOptional")), pattern)


def _hosts_in_files(random: Random, body: list[Node], dressed: Dressed) -> list[Node]:
    """The hosts in a folder as Debian has them, with or without its links."""
    rest: list[Node] = []
    linked = chance(random, 0.5)
    place = 0
    for node in body:
        if not (isinstance(node, Section) and node.name == "VirtualHost"):
            rest.append(node)
            continue
        number = len(dressed.files)
        name = f"{number:03d}-host.conf"
        dressed.files[f"sites-{'available' if linked else 'enabled'}/{name}"] = [node]
        if linked:
            dressed.links[f"sites-enabled/{name}"] = f"../sites-available/{name}"
        place = place or len(rest)
    if len(rest) == len(body):
        return body
    word = random.choice(("Include", "IncludeOptional"))
    rest.insert(place, line(word, "sites-enabled/*.conf"))
    return rest


def _variables(random: Random, site: Site) -> list[Node]:
    """Put some arguments, or a part of them, into variables; their definitions."""
    defines: list[Node] = []
    for body in site.bodies:
        for node in body:
            if not _may_vary(node) or not chance(random, 0.2):
                continue
            word = node.words[0]
            start = random.choice((0, random.randrange(len(word))))
            end = random.choice((len(word), random.randint(start + 1, len(word))))
            name = random.choice(("V", "part", "WORD_", "tls.")) + str(len(defines))
            defines.append(line("Define", name, word[start:end]))
            node.words[0] = f"{word[:start]}${{{name}}}{word[end:]}"
    return defines


def _may_vary(node: Node) -> TypeGuard[Line]:
    return isinstance(node, Line) and node.name in _VARIABLE and bool(node.words and node.words[0])


def _repeated_by_macro(random: Random, site: Site, defines: list[Node]) -> None:
    """A macro without arguments for what most hosts say alike."""
    name = random.choice(("Staple", "TLS-settings", "Common_1"))
    if _replace_switches(site, line("Use", name)):
        site.load("macro")
        defines.append(Section("Macro", [name], [line("SSLUseStapling", "on")]))


def _repeated_by_include(random: Random, site: Site, dressed: Dressed) -> None:
    """A file for what most hosts say alike, as certbot has one."""
    path = random.choice(("options-ssl-apache.conf", "snippets/staple.conf"))
    if _replace_switches(site, line("Include", path)):
        dressed.files[path] = [line("SSLUseStapling", "on")]


def _replace_switches(site: Site, by: Line) -> bool:
    """Put another line where a virtual host switches stapling on; whether one did."""
    found = [
        (host.section.body, node)
        for host in site.hosts
        if host.section is not None
        for node in host.section.body
        if isinstance(node, Line) and node.name == "SSLUseStapling" and node.words == ["on"]
    ]
    for body, node in found:
        body[body.index(node)] = line(by.name, *by.words)
    return bool(found)


def _hosts_by_macro(random: Random, site: Site, body: list[Node]) -> list[Node]:
    """Some hosts as uses of a macro of their own, with some arguments handed to it."""
    new: list[Node] = []
    for node in body:
        new.append(node)
        if not (isinstance(node, Section) and node.name == "VirtualHost"):
            continue
        if "$" in str(_words_of(node)) or not chance(random, 0.6):
            continue
        site.load("macro")
        name = f"{random.choice(('Host', 'VHost', 'tls_host'))}{len(new)}"
        parameters: list[str] = []
        values: list[str] = []
        for inner in node.body:
            if _may_vary(inner) and chance(random, 0.3):
                parameter = "$" + ("alpha", "beta", "gamma", "delta", "eta", "theta")[len(values)]
                parameters.append(parameter)
                values.append(inner.words[0])
                inner.words[0] = parameter
                if len(values) == 6:
                    break
        new[-1:] = [Section("Macro", [name, *parameters], [node]), line("Use", name, *values)]
    return new


def _words_of(section: Section) -> list[str]:
    words = list(section.words)
    for node in section.body:
        if isinstance(node, Line):
            words += node.words
        elif isinstance(node, Section):
            words += _words_of(node)
        else:
            words.append(node.text)
    return words
