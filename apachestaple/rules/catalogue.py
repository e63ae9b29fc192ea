"""All rules, found by the names of their files."""

from __future__ import annotations

import os
import re
from functools import cache
from importlib import import_module
from types import MappingProxyType

from apachestaple.errors import ApachestapleError
from apachestaple.rules.rule import Rule

# The categories of rules, by the start of their codes.
CATEGORIES = MappingProxyType(
    {
        "AS0": "Reading",
        "AS1": "Directives",
        "AS2": "Cache",
        "AS3": "Certificates",
        "AS4": "Responders",
        "AS5": "Advice",
    }
)

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
    selected = matching_codes(select) if select else {rule.code for rule in all_rules()}
    ignored = matching_codes(ignore)
    return tuple(rule for rule in all_rules() if rule.code in selected - ignored)


def matching_codes(words: tuple[str, ...]) -> set[str]:
    """The codes of the rules that match a word.

    Raises:
        UnknownRuleError: a word matches no rule.

    """
    codes: set[str] = set()
    for word in words:
        matching = {rule.code for rule in all_rules() if _fits(rule, word)}
        if not matching:
            raise UnknownRuleError(f"no rule has the code or name {word!r}")
        codes |= matching
    return codes


def _fits(rule: Rule, word: str) -> bool:
    if word.upper() == "ALL" or word.lower() == rule.name:
        return True
    return re.fullmatch(r"AS[0-9]{0,3}", word.upper()) is not None and rule.code.startswith(
        word.upper()
    )
