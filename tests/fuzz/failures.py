"""Telling failures apart, and making their inputs small."""

import traceback
from collections.abc import Callable, Iterator


def signature(error: BaseException) -> str:
    """Kind and place of a failure: two with the same one are taken for one bug."""
    frames = traceback.extract_tb(error.__traceback__)
    inner = [frame for frame in frames if "apachestaple/" in frame.filename]
    frame = inner[-1] if inner else frames[-1]
    where = frame.filename.rpartition("/")[2]
    return f"{type(error).__name__} in {where}, {frame.name}: {frame.line}"


def failure(target: Callable[[bytes], None], data: bytes) -> str | None:
    """The signature of what ``target`` raises for ``data``."""
    try:
        target(data)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is what is looked for)
        return signature(error)
    return None


def smallest(target: Callable[[bytes], None], data: bytes) -> bytes:
    """``data`` with all left out and made plain without which ``target`` fails the same way."""
    wanted = failure(target, data)
    if wanted is None:
        return data
    progress = True
    while progress:
        progress = False
        for candidate in _smaller(data):
            if failure(target, candidate) == wanted:
                data, progress = candidate, True
                break
    return data


def _smaller(data: bytes) -> Iterator[bytes]:
    """Each way to leave out a stretch, the longest first, or to put a letter for a byte."""
    length = len(data) // 2
    while length:
        for start in range(0, len(data), length):
            yield data[:start] + data[start + length :]
        length //= 2
    for position, byte in enumerate(data):
        if not (byte in b"\n " or chr(byte).isalnum()):
            yield data[:position] + b"a" + data[position + 1 :]
