"""The security level that OpenSSL uses for a host.

Source: OpenSSL, ssl/ssl_ciph.c (ssl_cipher_process_rulestr).
"""

from __future__ import annotations

import re
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


def security_level(host: Host) -> SecurityLevel:
    """The level in force; the last ``@SECLEVEL`` of the cipher string counts."""
    directive = host.setting("SSLCipherSuite")
    if directive is not None:
        found = _LEVEL.findall(directive.raw)
        if found:
            return SecurityLevel(int(found[-1]), is_set=True)
    return SecurityLevel(_DEFAULT, is_set=False)
