"""One drawn configuration: what the program says of it, and what httpd does before and after."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.shared import judge, program
from tests.shared.judge import FIX, UNSAFE, Wrong
from tests.shared.oracle import Oracle
from tests.shared.play import Observed, play

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.server import Httpd
    from tests.shared.arena import Arena
    from tests.shared.play import Contact
    from tests.shared.program import Answer
    from tests.shared.site import Client, Site

_ERROR = re.compile(r"^\[[^\]]*\] \[ssl:(?:emerg|alert|crit|error)\].*?(AH\d{5}: .*)", re.MULTILINE)


@dataclass
class Repair:
    """What a repair printed and wrote (texts by path), and what became of it."""

    printed: str
    texts: dict[str, str]
    seen: Observed


@dataclass
class Case:
    """All that is known of a configuration.

    ``mismatches`` are contacts for which the oracle predicted something else.
    """

    site: Site
    said: dict[str, Answer] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    seen: Observed = field(default_factory=Observed)
    repairs: dict[str, Repair] = field(default_factory=dict)
    contacts: int = 0
    mismatches: list[str] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """All of it, to be printed."""
        for path, text in self.texts.items():
            if path != program.MAIN_FILE:  # the lab's modules and ports
                yield f"--- {path}\n{text}"
        if self.said:
            yield "lint:"
            yield from (f"  {finding}" for finding in self.findings or ["nothing"])
        yield from self._answers()
        for command, repair in self.repairs.items():
            yield f"{command}:"
            yield from (f"  | {line}" for line in repair.printed.splitlines())
            for path, text in repair.texts.items():
                if text != self.texts.get(path):
                    yield f"--- {path} after {command}\n{text}"
        yield "httpd's errors:"
        yield from (f"  {error}" for error in sorted(set(_ERROR.findall(self.seen.log))))
        yield from (f"oracle: {mismatch}" for mismatch in self.mismatches)
        yield from (f"WRONG: {wrong}" for wrong in self.wrong)

    def _answers(self) -> Iterator[str]:
        yield "clients asking for the first, second and third time, over all orders:"
        for server in self.site.servers():
            answer = self.said.get(server.name)
            yield (
                f"  {server.name}: hosts says {answer.staples}: {answer.why}"
                if answer
                else (f"  {server.name}: hosts does not list it")
            )
            for client in server.clients:
                yield f"    {client}: {_times(self.seen, client)}"
                for command, repair in self.repairs.items():
                    yield f"      after {command}: {_times(repair.seen, client)}"


def _times(seen: Observed, client: Client) -> str:
    if seen.problem:
        return seen.problem
    return ", then ".join("|".join(sorted(seen.of(client, time))) for time in (1, 2, 3))


def look(arena: Arena, site: Site, commands: tuple[str, ...] = (FIX, UNSAFE)) -> Case:
    """Ask the program about a site, and play it before and after each of these repairs."""
    case = Case(site)
    with arena.httpd(site) as httpd:
        case.said = program.hosts(httpd.root)
        _watch(arena, case, httpd)
        if not case.seen.problem:
            _judge(arena, case, commands)
        if case.wrong:
            case.findings = list(program.findings(httpd.root))
    return case


def _judge(arena: Arena, case: Case, commands: tuple[str, ...]) -> None:
    case.wrong += judge.misjudged(case.site, case.seen, case.said)
    for command in commands:
        repair = _repaired(arena, case, command)
        case.repairs[command] = repair
        case.wrong += judge.harmed(case.site, case.seen, repair.seen, command)
        case.wrong += judge.missed(case.site, repair.seen, command)


def check_oracle(arena: Arena, site: Site) -> Case:
    """Play a site, to see whether the oracle predicts what happens."""
    case = Case(site)
    with arena.httpd(site) as httpd:
        _watch(arena, case, httpd)
    return case


def _watch(arena: Arena, case: Case, httpd: Httpd) -> None:
    """Play it, and compare each answer to the oracle's."""
    case.texts = texts(httpd)
    clients = case.site.clients()
    dead, *failing = arena.ground.failing
    oracle = Oracle(case.site, dead=dead, failing=failing)

    def watch(told: list[tuple[Contact, str]]) -> None:
        cache = oracle.empty_cache()
        case.contacts += len(told)
        for contact, answer in told:
            expected = oracle.ask(contact.client, cache)
            if answer != expected:
                case.mismatches.append(f"{contact.client}: {expected} predicted, {answer} seen")
                return  # the rest follows from it

    case.seen = play(httpd, clients, lambda client: arena.serial(client.leaf), watch)
    if case.seen.problem:
        case.wrong.append(Wrong(judge.BROKEN, "none", "", case.seen.problem))
    if case.seen.problem or case.mismatches:
        return
    # Then the orders that were played are enough to tell what depends on the order.
    for client in clients:
        possible = oracle.second_answers(client, clients)
        if case.seen.of(client) != possible:
            shown = "|".join(sorted(case.seen.of(client)))
            case.mismatches.append(f"{client}: {shown} seen of {'|'.join(sorted(possible))}")


def _repaired(arena: Arena, case: Case, command: str) -> Repair:
    clients = case.site.clients()
    with arena.httpd(case.site) as httpd:
        printed = program.fix(httpd.root, unsafe=command == UNSAFE)
        after = texts(httpd)
        for earlier in case.repairs.values():
            if earlier.texts == after:
                return Repair(printed, after, earlier.seen)
        return Repair(
            printed, after, play(httpd, clients, lambda client: arena.serial(client.leaf))
        )


def texts(httpd: Httpd) -> dict[str, str]:
    """Every text of a configuration, by its path below the root; the same wherever that lies."""
    root, found = httpd.root, {}
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if name not in ("logs", "modules", "certs")]
        for name in names:
            if name.endswith(".conf"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    path = os.path.relpath(file.name, root)
                    text = file.read().replace(str(root), "ROOT")
                found[path] = text.replace(f"127.0.0.1:{httpd.port}\n", "127.0.0.1:443\n")
    return found
