"""Child processes that end together with the Python process that started them."""

import atexit
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

POLL_SECONDS = 0.005

# Reads "watch GROUP" and "forget GROUP", and kills the watched groups at the end of its input,
# which is when the Python process ends, even by SIGKILL or by os._exit in a pytest-xdist worker.
_GUARD = """
trap '' INT TERM HUP
groups=
while read -r word group; do
  rest=
  for known in $groups; do [ "$known" = "$group" ] || rest="$rest $known"; done
  groups=$rest
  [ "$word" = watch ] && groups="$groups $group"
done
for known in $groups; do kill -KILL "-$known" 2>/dev/null; done
"""


class Child:
    """A running program, the leader of its own process group.

    Its standard input is empty; standard output and error are appended to the file ``output``.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        output: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        with output.open("ab") as stream:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=None if environment is None else dict(environment),
                start_new_session=True,
            )
        _tell_guard("watch", self.pid)

    @property
    def pid(self) -> int:
        """The ID of the process and of its group."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the leader of the group is running."""
        return self._process.poll() is None

    def stop(self, grace: float) -> None:
        """End the group: SIGTERM to the leader, after ``grace`` seconds SIGKILL to the group."""
        try:
            if self.running:
                self._process.terminate()
                wait_until(lambda: not self.running, grace)
        finally:
            if self.running or _any_member(self.pid):
                # The leader is reaped last, because its ID stands for the group until then.
                os.killpg(self.pid, signal.SIGKILL)
                self._process.wait()
                wait_until(lambda: not _any_member(self.pid), 2.0)
            _tell_guard("forget", self.pid)


def _any_member(group: int) -> bool:
    """Whether a process of a group runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    # It may be a zombie. Only now are all processes of the machine read, which takes long.
    return any(members(group))


def members(group: int) -> Iterator[int]:
    """The IDs of running processes of a group (without zombies)."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "stat").read_text(errors="replace")
        except OSError:
            continue  # it ended while we looked
        state, _parent, found = text[text.rindex(")") + 2 :].split()[:3]
        if int(found) == group and state not in {"Z", "X"}:
            yield int(entry.name)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Check ``condition`` every few milliseconds; whether it became true within ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(POLL_SECONDS)
    return True


_guard: subprocess.Popen[str] | None = None


def _tell_guard(word: str, group: int) -> None:
    global _guard  # noqa: PLW0603 - one guard watches for the whole process
    if _guard is None:
        _guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD], stdin=subprocess.PIPE, text=True, start_new_session=True
        )
        atexit.register(_end_guard, _guard)
    assert _guard.stdin is not None
    print(word, group, file=_guard.stdin, flush=True)


def _end_guard(guard: subprocess.Popen[str]) -> None:
    """Let the guard end, as it does when this process ends without warning."""
    guard.communicate()
