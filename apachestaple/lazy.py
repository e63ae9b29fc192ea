"""Values that are computed at the first use: properties, and compiled regular expressions."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, AnyStr, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

_Value = TypeVar("_Value")


class lazy(Generic[_Value]):  # noqa: N801  (used as property is)
    """Like functools.cached_property, but smaller: one property per attribute of 10,000 hosts."""

    def __init__(self, compute: Callable[[Any], _Value]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> lazy[_Value]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> _Value: ...
    def __get__(self, instance: object | None, owner: type) -> lazy[_Value] | _Value:
        if instance is None:
            return self
        # The next access finds the value in the instance and does not call this method. Setting it
        # in ``__dict__`` would make a dict for each instance, which needs more memory.
        value = self._compute(instance)
        object.__setattr__(instance, self._name, value)
        return value


def forget(instance: object) -> None:
    """Remove the computed values from an instance; they are computed again when they are needed."""
    for name, attribute in vars(type(instance)).items():
        if isinstance(attribute, lazy):
            with suppress(AttributeError):
                object.__delattr__(instance, name)


def share_names(instance: object) -> None:
    """Let all later instances of the class share one table of the names of their attributes.

    CPython shares the names, up to 30, that the first instances have. An instance that gets another
    one, as a computed value, makes a table of its own: 0.7 KB for each of 10,000 hosts.
    """
    for name, attribute in vars(type(instance)).items():
        if isinstance(attribute, lazy):
            object.__setattr__(instance, name, None)


def pattern(expression: AnyStr, flags: int = 0) -> Callable[[], re.Pattern[AnyStr]]:
    """A function that returns a regular expression, for one that many runs do not use.

    Python needs 0.1 to 0.8 ms to compile it.
    """
    return cache(lambda: re.compile(expression, flags))
