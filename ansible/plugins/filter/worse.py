# Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
"""The filter worse: what clients no longer get after a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleFilterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Result = dict[str, Any]

_GOOD = "good"
_NONE = "none"


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        return {"worse": worse}


def worse(before: object, after: object, hosts: object = ()) -> list[str]:
    """What is worse in the second results of ``probe`` than in the first, as sentences."""
    without = {host.get("name") for host in _dicts(hosts) if host.get("after") is False}
    now = {_key(result): result for result in _dicts(after)}
    return [
        f"{result.get('target')}: {problem}"
        for result in _dicts(before)
        for problem in _problems(result, now.get(_key(result)), without)
    ]


def _dicts(given: object) -> list[Result]:
    if isinstance(given, (list, tuple)) and all(isinstance(each, dict) for each in given):
        return list(given)
    raise AnsibleFilterError("worse: not a list of dictionaries, as probe and fix return them")


def _problems(before: Result, after: Result | None, without: set[object]) -> Iterator[str]:
    if before.get("error"):
        return
    if after is None:
        yield "it is no longer in the configuration, or was not probed"
    elif after.get("error"):
        yield f"the handshake fails ({after['error']})"
    else:
        may_lose = before.get("target") in without
        for old, new in zip(_statuses(before), _statuses(after), strict=False):
            lost = old == _GOOD and new != _GOOD and not (may_lose and new == _NONE)
            if lost or (old == _NONE and new not in (_GOOD, _NONE)):
                yield f"the staple was {old}, and is {new}"


def _statuses(result: Result) -> list[str]:
    """The statuses of the staple, and of those for the other type of key."""
    sent = [result, *(result.get("other_certificates") or [])]
    return [_status(each.get("staple") or {}) for each in sent]


def _status(staple: Result) -> str:
    status = str(staple.get("status", _NONE))
    return "not valid" if status == _GOOD and staple.get("verified") is False else status


def _key(result: Result) -> tuple[object, ...]:
    return result.get("target"), result.get("servername")
