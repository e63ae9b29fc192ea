"""All rules, found by the names of their files."""

from __future__ import annotations

import os
import re
from functools import cache
from importlib import import_module

from apachestaple.errors import ApachestapleError
from apachestaple.rules.rule import Rule

_FILE = re.compile(r"as[0-9]{3}_\w+\.py")


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the codes."""
    files = os.listdir(os.path.dirname(__file__))
    return tuple(_rule(file.removesuffix(".py")) for file in sorted(filter(_FILE.fullmatch, files)))


def _rule(name: str) -> Rule:
    name = f"apachestaple.rules.{name}"
    module = import_module(name)
    (rule,) = (
        value
        for value in vars(module).values()
        if getattr(value, "__module__", "") == name
        and isinstance(value, type)
        and issubclass(value, Rule)
    )
    instance: Rule = rule()
    return instance


def find_rule(word: str) -> Rule | None:
    """The rule with this code or name, in any case of letters."""
    word = word.lower()
    return next((rule for rule in all_rules() if word in (rule.code.lower(), rule.name)), None)


class UnknownRuleError(ApachestapleError):
    """A selection contains a word that is not a rule."""


def select_rules(select: tuple[str, ...], ignore: tuple[str, ...]) -> tuple[Rule, ...]:
    """The rules that match a word of ``select`` and no word of ``ignore``.

    A word is a code, the start of a code, or a name. An empty ``select`` matches every rule.

    Raises:
        UnknownRuleError: a word matches no rule.

    """
    for word in (*select, *ignore):
        if not any(_fits(rule, word) for rule in all_rules()):
            raise UnknownRuleError(f"no rule has the code or name {word!r}")
    return tuple(
        rule
        for rule in all_rules()
        if (not select or any(_fits(rule, word) for word in select))
        and not any(_fits(rule, word) for word in ignore)
    )


def _fits(rule: Rule, word: str) -> bool:
    if word.upper() == "ALL" or word.lower() == rule.name:
        return True
    return re.fullmatch(r"AS[0-9]{0,3}", word.upper()) is not None and rule.code.startswith(
        word.upper()
    )
