"""Table of stapling bugs that were fixed in later versions of httpd.

Source: httpd's CHANGES.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

Version = tuple[int, int, int]


class Bug(NamedTuple):
    """A bug of the versions from ``since`` to the one before ``mended``.

    Attributes:
        module: the module with the bug.

    """

    mended: Version
    what: str
    since: Version = (2, 3, 3)
    module: str = "mod_ssl"


# In the order of the fixed versions. 2.4.11 and 2.4.13 were not released, so the next one is used.
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
    Bug(
        (2, 4, 67),
        "mod_md does not limit the size of a response (CVE-2026-29168)",
        since=(2, 4, 42),
        module="mod_md",
    ),
    Bug(
        (2, 4, 67),
        "MDStapleOthers has no effect, so mod_md staples only certificates of an MDomain",
        since=(2, 4, 66),
        module="mod_md",
    ),
    Bug(
        (2, 4, 68),
        "a responder can make httpd read beyond a buffer (CVE-2026-44185)",
    ),
)


def bugs_of(version: Version, modules: Collection[str]) -> tuple[Bug, ...]:
    """The bugs of a version in the stapling of some modules, in the order of their fixes."""
    return tuple(
        bug for bug in _BUGS if bug.since <= version < bug.mended and bug.module in modules
    )
