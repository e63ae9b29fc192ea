"""Evaluates <IfVersion>. Source: modules/metadata/mod_version.c."""

from __future__ import annotations

import re
import warnings

from apachestaple.httpd.numbers import atoi, dotted

Version = tuple[int, int, int]


class ConditionError(Exception):
    """httpd rejects the condition; the message is httpd's."""


def version_matches(arguments: list[str], version: Version) -> bool:
    """Whether ``<IfVersion arguments`` is true; the last argument still ends with ``>``.

    Raises:
        ConditionError: as start_ifversion rejects it.

    """
    operator, wanted, bracket = _operator_and_version(arguments)
    if not wanted or (bracket != ">" and not wanted.endswith(">")):
        raise ConditionError("<IfVersion> directive missing closing '>'")
    if bracket != ">":
        wanted = wanted[:-1]
    negated = operator.startswith("!")
    bare = operator[1:] if negated and len(operator) > 1 else operator
    if bare in ("=", "=="):
        if wanted.startswith("/"):
            if len(wanted) < 2 or not wanted.endswith("/"):
                raise ConditionError("Missing delimiting / of regular expression.")
            return negated != _matches(wanted[1:-1], version)
        return negated != (_parse(wanted) == version)
    if bare == "~":
        return negated != _matches(wanted, version)
    if bare in ("<", "<="):
        given = _parse(wanted)
        return negated != (version < given or (bare == "<=" and version == given))
    if bare in (">", ">="):
        given = _parse(wanted)
        return negated != (version > given or (bare == ">=" and version == given))
    raise ConditionError(f"unrecognized operator '{operator}'")


def _operator_and_version(arguments: list[str]) -> tuple[str, str, str]:
    """Operator, version and a separate ``>``, from one to three words."""
    padded = [*arguments, "", "", ""]
    first, second, third = padded[:3]
    if len(arguments) < 2:
        return "=", first, ""
    if len(arguments) == 2 and second == ">":
        return "=", first, ">"
    return first, second, third


def _parse(text: str) -> Version:
    # Three numbers, each optionally followed by a dot; dots may follow each other.
    if not re.fullmatch(r"[0-9][0-9]*(\.[0-9]*){0,2}\.?", text):
        raise ConditionError(
            "Version appears to be invalid. It must have the format major[.minor[.patch]] where "
            "major, minor and patch are numbers."
        )
    numbers = [atoi(part) for part in text.split(".")] + [0, 0, 0]
    return numbers[0], numbers[1], numbers[2]


# Character classes of POSIX, which PCRE supports and Python does not.
_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "digit": "0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\s",
    "word": r"\w",
    "xdigit": "0-9A-Fa-f",
}


def _matches(expression: str, version: Version) -> bool:
    for name, members in _CLASSES.items():
        expression = expression.replace(f"[:{name}:]", members)
    try:
        with warnings.catch_warnings():
            # Warnings of Python about the syntax of an expression are not for the administrator.
            warnings.simplefilter("ignore", FutureWarning)
            return re.search(expression, dotted(version)) is not None
    except (re.error, OverflowError, ValueError, RecursionError):
        raise ConditionError("Unable to compile regular expression") from None
