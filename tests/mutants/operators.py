"""What is changed in the source to make a mutant.

cosmic-ray brings most of the operators. Most of its replacements of arithmetic operators are left
out: nearly all ``+`` of the project join strings and nearly all ``|`` join types, so these mutants
die of a TypeError. Its RemoveDecorator is left out too: without a cache or ``frozen=True``, a
program does the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cosmic_ray.plugins import get_operator
from parso.python.tree import Name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A position in a source: line from 1, column from 0.
Position = tuple[int, int]

_FROM_COSMIC_RAY = (
    "AddNot",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "NumberReplacer",
    "ReplaceUnaryOperator_Delete_USub",
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceComparisonOperator_Is_IsNot",
    "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_Lt_GtE",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_LtE_Gt",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_Gt_LtE",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_GtE_Lt",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Mul_FloorDiv",
    "ReplaceBinaryOperator_FloorDiv_Mul",
    "ReplaceBinaryOperator_BitAnd_Sub",
    "ZeroIterationForLoop",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
)


class Operator(Protocol):
    """An operator as cosmic-ray calls it, with nodes of a parso tree."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        """Where the node can be changed, in order."""

    def mutate(self, node: Any, index: int) -> Any:
        """Change the node at one of these positions."""


class RemoveCall:
    """Replaces a statement that is a call with ``pass``."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        if node.type == "simple_stmt" and _is_call(node.children[0]):
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        assert index == 0
        _replace(node, 0, "pass")
        return node


class RemoveYield:
    """Replaces a statement that yields with one that yields nothing."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        if node.type == "simple_stmt" and node.children[0].type == "yield_expr":
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        assert index == 0
        _replace(node, 0, "yield from ()")
        return node


class CatchNothing:
    """Replaces the exceptions of an ``except`` with none."""

    # cosmic-ray's ExceptionReplacer does not know dotted names.

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        if node.type == "except_clause":
            yield node.children[1].start_pos, node.children[1].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        assert index == 0
        _replace(node, 1, "()")
        return node


class NegateFilter:
    """Negates the condition of a comprehension."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        if node.type == "comp_if":
            yield node.children[1].start_pos, node.children[1].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        assert index == 0
        _replace(node, 1, f"not ({node.children[1].get_code().strip()})")
        return node


class SwapMembership:
    """Replaces ``in`` with ``not in``, and the other way round."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        for place in self._places(node):
            yield node.children[place].start_pos, node.children[place].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        place = self._places(node)[index]
        word = _words(node.children[place])
        _replace(node, place, "in" if word == "not in" else "not in")
        return node

    def _places(self, node: Any) -> list[int]:
        if node.type != "comparison":
            return []
        return [
            place
            for place in range(1, len(node.children), 2)
            if _words(node.children[place]) in {"in", "not in"}
        ]


def operators() -> Mapping[str, Operator]:
    """All operators by name."""
    ours = (RemoveCall, RemoveYield, CatchNothing, NegateFilter, SwapMembership)
    return {
        **{name: get_operator(f"core/{name}")() for name in _FROM_COSMIC_RAY},
        **{operator.__name__: operator() for operator in ours},
    }


def _is_call(node: Any) -> bool:
    if node.type != "atom_expr":
        return False
    first: str = node.children[-1].get_first_leaf().value
    return first == "("


def _words(node: Any) -> str:
    return " ".join(node.get_code().split())


def _replace(parent: Any, place: int, text: str) -> None:
    """Put text in the place of a child; what precedes it (spaces, comments) stays."""
    old = parent.children[place]
    new = Name(text, old.start_pos, prefix=old.get_first_leaf().prefix)
    new.parent = parent
    parent.children[place] = new
