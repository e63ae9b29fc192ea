"""Where fix keeps its lock, its journal and its backups."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from apachestaple.errors import ApachestapleError
from apachestaple.filesystem.trust import distrust
from apachestaple.fix.privileges import sudo_advice

if TYPE_CHECKING:
    from collections.abc import Iterator


class WriteError(ApachestapleError):
    """Files could not be written; the text says why. Nothing was changed unless it says so."""


def state_folder() -> str:
    """The folder, which may not exist yet: ``/var/lib/apachestaple`` for root.

    ``XDG_STATE_HOME`` overrides it, also for root. The content of the folder decides which files
    are written and removed, so other users must not be able to write to it.

    Raises:
        WriteError: other users can write to it.

    """
    from platformdirs import user_state_path  # noqa: PLC0415  (only where something is written)

    for_root = not os.environ.get("XDG_STATE_HOME")
    folder = str(user_state_path("apachestaple", use_site_for_root=for_root))
    try:
        refuse_foreign(folder)
    except OSError as error:
        raise WriteError(_no_place(error, folder)) from None
    return os.path.realpath(folder)


def refuse_foreign(path: str) -> None:
    """Check that only root or the caller can change a file of the state folder.

    Raises:
        WriteError: somebody else can change it.
        OSError: its owner and mode cannot be read.

    """
    reason = distrust(path)
    if reason is not None:
        raise WriteError(
            f"{path} is not used, because {reason}; journal and backups must be in a folder that "
            "belongs to root or to the user who runs fix, and that nobody else can write to. "
            "Nothing was changed"
        )


@contextlib.contextmanager
def only_one_fix() -> Iterator[None]:
    """Hold a lock, so that only one run writes at a time.

    Raises:
        WriteError: another run is writing, or the lock cannot be created.

    """
    from filelock import FileLock, Timeout  # noqa: PLC0415

    folder = state_folder()
    lock = FileLock(os.path.join(folder, "fix.lock"))
    try:
        _make(folder)
        # If the folder did not exist, somebody else may have created it first.
        refuse_foreign(folder)
        lock.acquire(timeout=0)
    except Timeout:
        held = f"it holds {lock.lock_file}"
        raise WriteError(f"another apachestaple fix is running ({held})") from None
    except OSError as error:
        raise WriteError(_no_place(error, lock.lock_file)) from None
    try:
        yield
    finally:
        # The lock ends with the process in any case, and everything is written.
        with contextlib.suppress(OSError):
            lock.release()


def _make(folder: str) -> None:
    """Make a folder and the missing folders above it, readable by the caller only.

    Backups may contain texts that not everybody may read.
    """
    if not os.path.isdir(folder):
        _make(os.path.dirname(folder))
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, mode=0o700)


def _no_place(error: OSError, path: str) -> str:
    reason = f"{error.filename or path}: {error.strerror}"
    advice = sudo_advice(error)
    return f"journal and lock cannot be written ({reason}); nothing was changed{advice}"
