"""The system calls of a program that write or open something, and its end at one of them."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

# All that changes a file, a folder or what is known of them; strace passes over what a "?" is
# before and this machine does not have.
_WRITING = """
openat open creat mknod mknodat
write writev pwrite64 pwritev pwritev2 sendfile copy_file_range splice
truncate ftruncate fallocate fsync fdatasync sync_file_range msync
rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat mkdir mkdirat rmdir
chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utimensat utime utimes futimesat
setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr flock
""".split()  # noqa: SIM905  (a table)
_TRACE = "trace=" + ",".join(f"?{name}" for name in _WRITING)
# The calls that need a file descriptor.
_OPENING = ("openat", "pipe2")
_TRACE_OPENING = "trace=" + ",".join(_OPENING)
_OPENS_TO_WRITE = re.compile(r"O_(?:CREAT|WRONLY|RDWR|TRUNC)")


@dataclass(frozen=True)
class Position:
    """The ``number``-th call (from 1) of a system call, as a run without a kill has it."""

    call: str
    number: int
    # Random names in it differ from run to run.
    shown: str = field(compare=False)


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it said."""

    code: int
    output: str


def positions(
    command: Sequence[str], log: Path, environment: Mapping[str, str]
) -> tuple[list[Position], Ended]:
    """Run a program to its end; each of its system calls that writes, in order."""
    ended = _strace([_TRACE], command, log, environment)
    return [
        each
        for each in _in_log(log, _WRITING)
        if each.call not in ("open", "openat") or _OPENS_TO_WRITE.search(each.shown)
    ], ended


def openings(
    command: Sequence[str], log: Path, environment: Mapping[str, str]
) -> tuple[list[Position], Ended]:
    """Run a program to its end; each of its system calls that opens a file or pipe."""
    ended = _strace([_TRACE_OPENING], command, log, environment)
    return list(_in_log(log, _OPENING)), ended


def _in_log(log: Path, calls: Sequence[str]) -> Iterator[Position]:
    counted: Counter[str] = Counter()
    for line in log.read_text(errors="replace").splitlines():
        call = line.partition("(")[0]
        if call in calls:
            counted[call] += 1
            yield Position(call, counted[call], line)


def kill_at(
    position: Position, command: Sequence[str], log: Path, environment: Mapping[str, str]
) -> None:
    """Run a program, and have the kernel kill it as it enters a system call.

    Raises:
        AssertionError: it did not end there.

    """
    inject = f"inject={position.call}:signal=KILL:when={position.number}"
    ended = _strace([_TRACE, inject], command, log, environment)
    *_, last, end = log.read_text(errors="replace").splitlines()
    assert end == "+++ killed by SIGKILL +++", (position, ended, end)
    assert last.partition("(")[0] == position.call, (position, last)
    assert last.endswith("= ?"), (position, last)


def fail_at(
    position: Position,
    error: str,
    command: Sequence[str],
    log: Path,
    environment: Mapping[str, str],
) -> Ended:
    """Run a program of which one system call fails with ``error``, as ``ENOSPC``."""
    inject = f"inject={position.call}:error={error}:when={position.number}"
    trace = _TRACE_OPENING if position.call in _OPENING else _TRACE
    ended = _strace([trace, inject], command, log, environment)
    assert "(INJECTED)" in log.read_text(errors="replace"), position
    return ended


def _strace(
    expressions: Sequence[str], command: Sequence[str], log: Path, environment: Mapping[str, str]
) -> Ended:
    options = [word for expression in expressions for word in ("-e", expression)]
    done = subprocess.run(
        ["strace", "-o", str(log), "-s", "200", *options, "--", *command],
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        errors="replace",
    )
    return Ended(done.returncode, done.stdout)
