"""Where fix keeps its lock, its journal and its backups."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from apachestaple.errors import ApachestapleError

if TYPE_CHECKING:
    from collections.abc import Iterator


class WriteError(ApachestapleError):
    """Nothing was changed, unless the text says otherwise; it says why."""


def state_folder() -> str:
    """The folder, which need not be there yet: ``/var/lib/apachestaple`` for root.

    ``XDG_STATE_HOME`` has the last word, root or not.
    """
    from platformdirs import user_state_path  # noqa: PLC0415  (only where something is written)

    for_root = not os.environ.get("XDG_STATE_HOME")
    return str(user_state_path("apachestaple", use_site_for_root=for_root))


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
        # What is kept there may be texts that not everybody may read.
        os.makedirs(folder, mode=0o700, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        held = f"it holds {lock.lock_file}"
        raise WriteError(f"another apachestaple fix is running ({held})") from None
    except OSError as error:
        reason = f"{error.filename or lock.lock_file}: {error.strerror}"
        raise WriteError(f"no place for journal and lock ({reason}); nothing was changed") from None
    try:
        yield
    finally:
        # It ends with the process in any case, and all that matters is done.
        with contextlib.suppress(OSError):
            lock.release()
