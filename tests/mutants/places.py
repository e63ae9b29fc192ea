"""Places in a source: which lines are executed with a line, and when."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A module.

    Attributes:
        functions: the lines of the bodies of functions. What stands elsewhere is executed once,
            when the module is imported.

    """

    tree: ast.Module
    functions: frozenset[int]

    def statement(self, line: int) -> range:
        """The innermost statement at a line; of an ``if``, a loop and the like, the head alone."""
        around = [lines for lines in _statements(self.tree) if line in lines]
        return min(around, key=len, default=range(line, line + 1))


def read_source(text: str) -> Source:
    """Take a module apart."""
    tree = ast.parse(text)
    functions = [node for node in ast.walk(tree) if isinstance(node, _Function)]
    return Source(
        tree,
        frozenset(
            line
            for function in functions
            for line in range(function.body[0].lineno, (function.end_lineno or 0) + 1)
        ),
    )


def importers(root: Path, package: str) -> dict[str, set[str]]:
    """For each module of a package, the modules that import it; all as paths below the root."""
    found: dict[str, set[str]] = {}
    for path in (root / package).rglob("*.py"):
        for module in _imported(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(f"{module.replace('.', '/')}.py", set()).add(
                str(path.relative_to(root))
            )
    return found


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _statements(tree: ast.Module) -> Iterator[range]:
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt | ast.ExceptHandler):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            yield range(node.lineno, max(node.lineno, end) + 1)
