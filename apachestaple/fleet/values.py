"""Reads the values of JSON objects, and checks their types."""

from __future__ import annotations

from typing import TypeVar, cast

_Value = TypeVar("_Value")

Object = dict[str, object]


class ValueTypeError(Exception):
    """A value is missing or has another type; the message names it."""


def an_object(value: object, what: str) -> Object:
    """The value, which must be an object."""
    if not isinstance(value, dict):
        raise ValueTypeError(f"{what} must be an object")
    return cast("Object", value)


def a_list(fields: Object, name: str) -> list[object]:
    """The array called ``name``."""
    return _typed(fields, name, list, "an array")


def text(fields: Object, name: str) -> str:
    """The string called ``name``."""
    return _typed(fields, name, str, "a string")


def text_or_null(fields: Object, name: str) -> str | None:
    """The string called ``name``; ``None`` if it is null or missing."""
    return None if fields.get(name) is None else text(fields, name)


def number(fields: Object, name: str) -> int:
    """The whole number called ``name``, which is not negative."""
    value = _typed(fields, name, int, "a whole number")
    if isinstance(value, bool) or not 0 <= value < 1 << 31:
        raise ValueTypeError(f"{name} must be a whole number from 0 to 2147483647")
    return value


def switch(fields: Object, name: str) -> bool | None:
    """The boolean called ``name``, which may be null."""
    value = fields.get(name, fields)
    if value is None or isinstance(value, bool):
        return value
    raise _wrong(fields, name, "true, false or null")


def one_of(fields: Object, name: str, choices: frozenset[str]) -> str:
    """The string called ``name``, which must be one of the choices."""
    value = text(fields, name)
    if value not in choices:
        raise ValueTypeError(f"{name} must be one of {', '.join(sorted(choices))}")
    return value


def _typed(fields: Object, name: str, kind: type[_Value], what: str) -> _Value:
    value = fields.get(name)
    if isinstance(value, kind):
        return value
    raise _wrong(fields, name, what)


def _wrong(fields: Object, name: str, what: str) -> ValueTypeError:
    return ValueTypeError(f"{name} must be {what}" if name in fields else f"{name} is missing")
