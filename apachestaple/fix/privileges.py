"""What fix cannot read or write because it does not run as root."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from apachestaple.certificates.pem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apachestaple.mod_ssl.site import Site


def unread_certificates(sites: Iterable[Site]) -> Iterator[str]:
    """Why hosts stay as they are: this user cannot read their certificates."""
    if os.geteuid() == 0:
        return
    names = {
        host.name: None
        for site in sites
        for host in site.tls_hosts
        for certificate in host.certificates
        if certificate.file is not None and certificate.file.problem is Problem.UNREADABLE
    }
    if names:
        yield (
            f"this user cannot read the certificates of {', '.join(names)}, so it is not known "
            "whether they can be stapled; run the command again with sudo"
        )


def sudo_advice(error: OSError) -> str:
    """The end of a sentence about an error that root would not get; ``""`` for any other."""
    is_denied = error.errno in (errno.EACCES, errno.EPERM) and os.geteuid() != 0
    return "; run the command again with sudo" if is_denied else ""


def unwritable(paths: Iterable[str]) -> str | None:
    """Why this user cannot write files; ``None`` for root, who can."""
    if os.geteuid() == 0:
        return None
    folders = dict.fromkeys(os.path.dirname(path) for path in paths)
    denied = [each for each in folders if not os.access(each, os.W_OK | os.X_OK)]
    return f"this user may not write in {', '.join(denied)}" if denied else None
