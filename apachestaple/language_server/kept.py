"""What was read from the disk, kept until it changes there."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.certificates.pem import CertificateReader
from apachestaple.certificates.prefetch import FEWEST
from apachestaple.filesystem.real_paths import RealPaths

if TYPE_CHECKING:
    from collections.abc import Callable

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.certificates.pem import CertificateFile

# Device, inode, size in bytes, time of the last change in nanoseconds.
_Stamp = tuple[int, int, int, int]

# Seconds for which a file is not examined again, unless the editor reports a change.
_UNEXAMINED = 2.0


class Clock:
    """Decides when the files are examined again."""

    def __init__(self) -> None:
        self._last = 0.0

    def is_due(self) -> bool:
        """Whether the last time was long ago; it is now then."""
        now = time.monotonic()
        if now - self._last < _UNEXAMINED:
            return False
        self._last = now
        return True


class KeptRealPaths(RealPaths):
    """Real paths, each found once."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, str] = {}

    def find(self, path: str) -> str:
        real = self._known.get(path)
        if real is None:
            real = self._known[path] = super().find(path)
        return real


class KeptTexts:
    """The texts of the files of one server.

    Those of another server are kept apart, because its boundary may be another one.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[_Stamp | None, str]] = {}

    def text(self, path: str, read: Callable[[], str]) -> str:
        """The text of a file; ``read`` may raise OSError."""
        known = self._known.get(path)
        if known is None:
            # Examined before it is read: a change in between is noticed the next time.
            known = self._known[path] = _stamp(path), read()
        return known[1]

    def forget_changed(self) -> bool:
        """Forget the files that have changed since they were read; returns whether any has."""
        changed = [path for path, (stamp, _) in self._known.items() if _stamp(path) != stamp]
        for path in changed:
            del self._known[path]
        return bool(changed)


class KeptCertificates(CertificateReader):
    """Certificate files of all servers, also those that do not exist."""

    def __init__(self) -> None:
        super().__init__()
        self._stamps: dict[str, _Stamp | None] = {}
        self._expected: set[str] = set()

    def expect(self, path: str) -> None:
        """Only count the files: a fork is not safe in a process with threads."""
        self._expected.add(path)

    def is_signed(self, leaf: Certificate, issuer: Certificate) -> bool | None:
        # With as many files, lint does not check signatures either.
        if len(self._expected) >= FEWEST:
            return leaf.names_key_of(issuer) or None
        return super().is_signed(leaf, issuer)

    def read(self, path: str) -> CertificateFile:
        if path not in self._stamps:
            self._stamps[path] = _stamp(path)
        return super().read(path)

    def forget_changed(self) -> bool:
        """Forget the files that have changed since they were read; returns whether any has."""
        changed = [path for path, stamp in self._stamps.items() if _stamp(path) != stamp]
        for path in changed:
            del self._stamps[path]
            self.forget(path)
        return bool(changed)


class Kept(NamedTuple):
    """What is kept for one server."""

    texts: KeptTexts
    real_paths: KeptRealPaths


def nothing_kept() -> Kept:
    """What is kept before anything was read."""
    return Kept(KeptTexts(), KeptRealPaths())


def _stamp(path: str) -> _Stamp | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
