"""Which mutants there are, and what each of them changes."""

from __future__ import annotations

import difflib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from tests.mutants.operators import operators

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.mutants.operators import Operator

ROOMS = ("fix", "lint", "mod_ssl", "ocsp", "probing", "rules")


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Attributes:
        path: the file, relative to the project.
        line, end_line, column: where it is changed; lines from 1, columns from 0.
        operator: what is changed there; see `operators`.
        occurrence: which of the operator's positions in the file it is, from 0.

    """

    path: str
    line: int
    end_line: int
    column: int
    operator: str
    occurrence: int

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line}:{self.column}:{self.operator}:{self.occurrence}"

    def source(self, original: str) -> str:
        """The file with the change."""
        changed = mutate_code(original, operators()[self.operator], self.occurrence)
        assert isinstance(changed, str), self.name
        return changed

    def diff(self, original: str) -> str:
        """The change as a unified diff."""
        changed = self.source(original)
        return "".join(
            difflib.unified_diff(
                original.splitlines(keepends=True),
                changed.splitlines(keepends=True),
                f"a/{self.path}",
                f"b/{self.path}",
            )
        )


def mutants(root: Path) -> list[Mutant]:
    """All mutants of the rooms, in the order of files, operators and lines."""
    return [
        mutant
        for room in ROOMS
        for path in sorted((root / "apachestaple" / room).rglob("*.py"))
        for mutant in _mutants_of(path.read_text(encoding="utf-8"), str(path.relative_to(root)))
    ]


def draw(population: list[Mutant], number: int, seed: int) -> list[Mutant]:
    """A random sample, each mutant with the same chance."""
    drawing = random.Random(seed)  # noqa: S311  (no secret)
    return drawing.sample(population, min(number, len(population)))


def _mutants_of(source: str, path: str) -> Iterator[Mutant]:
    nodes = list(ast_nodes(get_ast(source)))
    for name, operator in operators().items():
        for occurrence, (node, start, end) in enumerate(_positions(operator, nodes)):
            if not _is_left_out(node):
                yield Mutant(path, start[0], end[0], start[1], name, occurrence)


def _positions(operator: Operator, nodes: list[Any]) -> Iterator[tuple[Any, Any, Any]]:
    for node in nodes:
        for start, end in operator.mutation_positions(node):
            yield node, start, end


def _is_left_out(node: Any) -> bool:
    """Whether a change there tells nothing of the tests.

    Imports for mypy and decorators change types or speed alone; ``*`` between parameters and ``+``
    between strings cannot be anything else; and the examples of rules are tests themselves.
    """
    if node.type == "if_stmt" and node.children[1].get_code().strip() == "TYPE_CHECKING":
        return True
    if node.type == "operator":
        beside = {child.type for child in node.parent.children}
        if beside & {"string", "fstring"} or node.parent.type in {"param", "parameters"}:
            return True
    while node is not None:
        if node.type == "decorator" or node.get_first_leaf().value == "Example":
            return True
        node = node.parent
    return False
