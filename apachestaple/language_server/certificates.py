"""Certificate files that are read once, until they change on the disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.certificates.pem import CertificateReader

if TYPE_CHECKING:
    from apachestaple.certificates.pem import CertificateFile

# Size, time of the last change in nanoseconds, inode.
_Stamp = tuple[int, int, int]


class KeptCertificates(CertificateReader):
    """A reader whose files can change while it is used."""

    def __init__(self) -> None:
        super().__init__()
        self._stamps: dict[str, _Stamp | None] = {}

    def expect(self, path: str) -> None:
        """Do nothing: the files are kept, and a fork is not safe in a process with threads."""

    def forget_changed(self) -> None:
        """Forget the files that have changed since they were read."""
        for path, stamp in list(self._stamps.items()):
            if _stamp(path) != stamp:
                del self._stamps[path]
                self.forget(path)

    def read(self, path: str) -> CertificateFile:
        if path not in self._stamps:
            # Before reading: a change in between is found the next time.
            self._stamps[path] = _stamp(path)
        return super().read(path)


def _stamp(path: str) -> _Stamp | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino
