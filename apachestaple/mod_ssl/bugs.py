"""Bugs in stapling that a later httpd has not, as a table.

Source: httpd's CHANGES, under the version that mended each.
"""

from __future__ import annotations

from typing import NamedTuple

Version = tuple[int, int, int]


class Bug(NamedTuple):
    """What goes wrong in versions before ``mended``, from ``since`` on."""

    mended: Version
    what: str
    since: Version = (2, 3, 3)


# By the version that mended them: 2.4.11 and 2.4.13 were not released, so the next one stands here.
_BUGS = (
    Bug((2, 4, 3), "an empty answer of the responder is not handled"),
    Bug((2, 4, 5), "a responder's answer may be cut off"),
    Bug((2, 4, 12), "answers that are too large or cannot be encoded are not recognised"),
    Bug((2, 4, 12), "after a reload, certificates may lose their stapling (PR 54357, PR 56919)"),
    Bug((2, 4, 16), "all handshakes wait while one response is fetched (PR 57131)"),
    Bug((2, 4, 43), "each stapled response leaks memory"),
    Bug((2, 4, 44), "stapling leaks memory (PR 63687)"),
    Bug((2, 4, 47), "connections to responders are kept alive (PR 64135)"),
    Bug(
        (2, 4, 58),
        "with SSLStaplingReturnResponderErrors off, revoked is kept from clients (PR 66626)",
        since=(2, 4, 18),
    ),
)


def bugs_of(version: Version) -> tuple[Bug, ...]:
    """The bugs of a version, the one that was mended first first."""
    return tuple(bug for bug in _BUGS if bug.since <= version < bug.mended)
