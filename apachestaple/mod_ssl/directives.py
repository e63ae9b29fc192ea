"""The stapling directives as a table; `commands` has the arguments that httpd accepts.

Source: modules/ssl/ssl_util_stapling.c (modssl_init_stapling) for the defaults.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """How httpd reads the argument."""

    FLAG = "On/Off"
    SECONDS = "seconds"
    CACHE = "provider[:arguments]"
    URL = "URL"
    PROXY = "URL of a proxy"


class StaplingDirective(NamedTuple):
    """One directive.

    Attributes:
        name: name in httpd's spelling.
        kind: how httpd reads its argument.
        default: the value if it is not set, or ``None``.
        in_virtual_host: whether a virtual host may set it.
        since: the first version of httpd that has it.

    """

    name: str
    kind: Kind
    default: str | int | None
    in_virtual_host: bool = True
    since: tuple[int, int, int] = (2, 3, 3)


_TABLE = (
    StaplingDirective("SSLUseStapling", Kind.FLAG, "off"),
    StaplingDirective("SSLStaplingCache", Kind.CACHE, None, in_virtual_host=False),
    StaplingDirective("SSLStaplingResponderTimeout", Kind.SECONDS, 10),
    StaplingDirective("SSLStaplingStandardCacheTimeout", Kind.SECONDS, 3600),
    StaplingDirective("SSLStaplingErrorCacheTimeout", Kind.SECONDS, 600),
    StaplingDirective("SSLStaplingResponseTimeSkew", Kind.SECONDS, 300),
    StaplingDirective("SSLStaplingResponseMaxAge", Kind.SECONDS, None),
    StaplingDirective("SSLStaplingReturnResponderErrors", Kind.FLAG, "on"),
    StaplingDirective("SSLStaplingFakeTryLater", Kind.FLAG, "on"),
    StaplingDirective("SSLStaplingForceURL", Kind.URL, None),
    StaplingDirective("SSLOCSPProxyURL", Kind.PROXY, None, since=(2, 4, 19)),
)

# From this version on, `SSLEngine optional` gives no TLS (AH10510).
NO_UPGRADES_SINCE = (2, 4, 64)
# mod_md staples since then, for certificates that it does not manage as well.
MOD_MD_STAPLES_SINCE = (2, 4, 42)

STAPLING_DIRECTIVES = {directive.name.lower(): directive for directive in _TABLE}
