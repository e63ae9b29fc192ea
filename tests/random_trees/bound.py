"""The fewest lines that must change so that a tree says what is wished, from the drawn tree alone.

It is a lower bound: what one line could do for two faults is counted once. What fix changed is
counted the same way: a line that is replaced is one, and of a new file its directives. Comments
with reasons are not counted. The states of the main server are those that hosts which are added
later may inherit, even if another one would save lines.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING

from tests.random_trees.draw import GOOD_CACHE
from tests.random_trees.model import LATER_URI, Layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.random_trees.model import Host, Switch, Tree

# So many long responses fit, by size in bytes; AS207 in docs/rules.md has the arithmetic.
_HOLDS = {"8192": 3, "32768": 12}


def lower_bound(tree: Tree) -> int:
    """The fewest lines."""
    return (
        min(switches(tree, main=state) for state in tree.main_states)
        + _caches(tree)
        + _responder_errors(tree)
        + _modules(tree)
        + sum(_provisions(tree, host) for host in tree.hosts if tree.wished(host))
    )


def switches(tree: Tree, *, main: bool) -> int:
    """What the switches cost where the main server says ``main``."""
    now = tree.main is not None and tree.main.on
    lines = int(main != now)
    uses = [host for host in tree.hosts if host.of_macro]
    if uses:
        lines += _line(tree, tree.macro, uses, main=main)
    sharing: list[Host] = []
    for host in tree.hosts:
        if host.of_macro:
            continue
        if host.switch is None and host.shares and tree.shared is not None:
            sharing.append(host)
        else:
            lines += _line(tree, host.switch, [host], main=main)
            # Of two lines that contradict each other one goes: the wrong one, if both can be read.
            if host.repeats and host.switch is not None:
                is_right = host.switch.on == tree.wished(host)
                # Both go where the main server says what is right.
                both = main == tree.wished(host)
                lines += int(is_right or host.switch.is_fixed or both)
    if sharing and tree.shared is not None:
        # Lines that are shared are only changed where they are wrong for all.
        wrong = sum(tree.wished(host) != tree.shared.on for host in sharing)
        lines += min(wrong, 1) if wrong == len(sharing) else wrong
    return lines


def _line(tree: Tree, switch: Switch | None, hosts: Iterable[Host], *, main: bool) -> int:
    """One line for some hosts, or none where the main server says the right thing."""
    wishes = {tree.wished(host) for host in hosts}
    if switch is not None and switch.is_fixed:
        return 0
    if switch is not None and switch.is_broken:
        return 1
    return int(wishes != {main if switch is None else switch.on})


def _provisions(tree: Tree, host: Host) -> int:
    """The lines of one host about its issuer and its responder."""
    if host.force_url and host.certificate == LATER_URI:
        # The wrong URL becomes the right one.
        return 1
    return bool(host.force_url) + tree.provisions(host)


def _caches(tree: Tree) -> int:
    misplaced = sum(host.caches for host in tree.hosts)
    if not tree.caches:
        return misplaced + int(any(map(tree.wished, tree.hosts)))
    if tree.cache_name != "SSLStaplingCache":
        return misplaced + len(tree.caches)
    last = tree.caches[-1]
    size = re.search(r"\(([0-9]+)\)", last)
    room = _HOLDS.get(size[1]) if size else None
    stapling = (host for host in tree.hosts if tree.wished(host))
    certificates = {host.certificate for host in stapling}
    is_right = last == GOOD_CACHE or (room is not None and len(certificates) <= room)
    return misplaced + len(tree.caches) - 1 + int(not is_right)


def _responder_errors(tree: Tree) -> int:
    if any(map(tree.wished, tree.hosts)):
        return 2 - sum(tree.errors)
    # They go with the last host that is turned off.
    return sum(tree.errors) if any(map(tree.is_on, tree.hosts)) else 0


def _modules(tree: Tree) -> int:
    needed = bool(tree.caches) or any(map(tree.wished, tree.hosts))
    # On Debian, mod_ssl brings mod_socache_shmcb with it.
    brought = not tree.ssl and tree.layout is Layout.DEBIAN
    return int(not tree.ssl) + int((needed or brought) and not tree.shmcb)


def changed_lines(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> int:
    """Lines that differ, of all files and links by path."""
    changed = 0
    for path in {*before, *after}:
        old, new = (texts.get(path, b"").split(b"\n") for texts in (before, after))
        if path not in before:
            changed += sum(_is_directive(line) for line in new)
            continue
        for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind != "equal":
                changed += _changed(old[a:b], new[c:d])
    return changed


def _changed(removed: list[bytes], added: list[bytes]) -> int:
    """A line that another one of the same directive replaces is one change; comments are none."""
    removed, added = ([x for x in lines if not _is_comment(x)] for lines in (removed, added))
    left = [_name(line) for line in added]
    for line in removed:
        # The name may have been misspelt.
        for meant in get_close_matches(_name(line), left, n=1, cutoff=0.85):
            left.remove(meant)
    return len(removed) + len(left)


def _is_comment(line: bytes) -> bool:
    """Whether a line is a comment with the reason for the one below it."""
    return line.strip().startswith(b"# apachestaple: ")


def _name(line: bytes) -> str:
    words = line.decode("latin-1").split()
    return words[0].lower() if words else ""


def _is_directive(line: bytes) -> bool:
    """Whether httpd acts on a line of a new file, or what is one more link to a module."""
    line = line.strip()
    if line.startswith(b"../"):
        return line.endswith(b".load")
    return bool(line) and not line.startswith((b"#", b"<"))
