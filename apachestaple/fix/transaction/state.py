"""Where fix keeps its lock, its journal and its backups."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from apachestaple.errors import ApachestapleError
from apachestaple.filesystem.trust import distrust

if TYPE_CHECKING:
    from collections.abc import Iterator


class WriteError(ApachestapleError):
    """Nothing was changed, unless the text says otherwise; it says why."""


def state_folder() -> str:
    """The folder, which need not be there yet: ``/var/lib/apachestaple`` for root.

    ``XDG_STATE_HOME`` has the last word, root or not. What the folder holds decides which files
    are written and removed, so nobody else may be able to write to it.

    Raises:
        WriteError: somebody else can.

    """
    from platformdirs import user_state_path  # noqa: PLC0415  (only where something is written)

    for_root = not os.environ.get("XDG_STATE_HOME")
    folder = str(user_state_path("apachestaple", use_site_for_root=for_root))
    try:
        refuse_foreign(folder)
    except OSError as error:
        raise WriteError(_no_place(f"{error.filename}: {error.strerror}")) from None
    return os.path.realpath(folder)


def refuse_foreign(path: str) -> None:
    """Refuse what is in the state folder and is not root's or the caller's alone.

    Raises:
        WriteError: somebody else can change it.
        OSError: it cannot be looked at.

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
    """Keep a second run out while this one writes.

    Raises:
        WriteError: another one is at it, or there is no place for the lock.

    """
    from filelock import FileLock, Timeout  # noqa: PLC0415

    folder = state_folder()
    lock = FileLock(os.path.join(folder, "fix.lock"))
    try:
        _make(folder)
        # Where it was not there before, somebody may have been faster.
        refuse_foreign(folder)
        lock.acquire(timeout=0)
    except Timeout:
        held = f"it holds {lock.lock_file}"
        raise WriteError(f"another apachestaple fix is running ({held})") from None
    except OSError as error:
        reason = f"{error.filename or lock.lock_file}: {error.strerror}"
        raise WriteError(_no_place(reason)) from None
    try:
        yield
    finally:
        # It ends with the process in any case, and all that matters is done.
        with contextlib.suppress(OSError):
            lock.release()


def _make(folder: str) -> None:
    """Make a folder and those above it that are missing, for the caller alone.

    What is kept there may be texts that not everybody may read.
    """
    if not os.path.isdir(folder):
        _make(os.path.dirname(folder))
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, mode=0o700)


def _no_place(reason: str) -> str:
    return f"no place for journal and lock ({reason}); nothing was changed"
