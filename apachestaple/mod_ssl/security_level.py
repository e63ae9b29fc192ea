"""The security level that OpenSSL uses for a host.

Source: OpenSSL, ssl/ssl_ciph.c (ssl_cipher_process_rulestr).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from apachestaple.mod_ssl.hosts import Host

# That of Debian and RHEL, and of OpenSSL itself since version 3.2.
_DEFAULT = 2
_LEVEL = re.compile(r"@SECLEVEL=([0-5])")


class SecurityLevel(NamedTuple):
    """A level from 0 to 5, and whether SSLCipherSuite sets it."""

    level: int
    is_set: bool


_UNSET = SecurityLevel(_DEFAULT, is_set=False)


def security_level(host: Host) -> SecurityLevel:
    """The level in force; the last ``@SECLEVEL`` of the cipher string counts."""
    directive = host.setting("SSLCipherSuite")
    return _UNSET if directive is None else _level(directive.raw)


@lru_cache(maxsize=256)
def _level(raw: str) -> SecurityLevel:
    found = _LEVEL.findall(raw)
    return SecurityLevel(int(found[-1]), is_set=True) if found else _UNSET
