"""Files of modules, as the system's linker checks them for httpd (dso_load in mod_so.c)."""

import os

from apachestaple.httpd.configuration import ErrorKind
from apachestaple.httpd.paths import content
from apachestaple.httpd.rejected import Rejected

# The first bytes of every shared object.
_HEADER = 64


def check_shared_object(path: str, here: str, symbol: str) -> None:
    """Check the file at ``here``, which the configuration calls ``path``.

    Raises:
        Rejected: httpd cannot load the file, or the file does not contain the symbol.

    """
    try:
        data = content(here)
    except OSError as error:
        if "/" not in path:
            # The linker may find it in another folder.
            return
        message = f"Cannot load {path} into server: {here}: {error.strerror}"
        raise Rejected(ErrorKind.MODULE, message) from None
    if not data.startswith(b"\x7fELF"):
        reason = "file too short" if len(data) < _HEADER else "invalid ELF header"
        raise Rejected(ErrorKind.MODULE, f"Cannot load {path} into server: {here}: {reason}")
    if b"\0" + os.fsencode(symbol) + b"\0" not in data:
        raise Rejected(
            ErrorKind.MODULE, f"Can't locate API module structure `{symbol}' in file {here}"
        )
