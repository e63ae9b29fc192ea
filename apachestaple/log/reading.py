"""A log as blocks of whole lines: files, compressed ones, standard input; in steady memory."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator

STANDARD_INPUT = "-"

_BLOCK = 1 << 20
_GZIP, _BZIP2, _XZ, _ZSTD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"


class LogError(Exception):
    """A log cannot be read, or not to its end; the text says which and why."""


def log_size(path: str) -> int:
    """Its length in bytes as it lies on the disk; 0 where that is not known beforehand."""
    try:
        return 0 if path == STANDARD_INPUT else os.stat(path).st_size
    except OSError:
        return 0


def read_blocks(path: str, advance: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """The log in blocks of about 1 MB that end where a line ends.

    A line longer than that is cut. ``advance`` is told how many bytes were taken from the disk.
    What is compressed is known by its first bytes, not by its name.

    Raises:
        LogError: it cannot be read; what stands before a damaged place has been given by then.

    """
    name = "standard input" if path == STANDARD_INPUT else path
    try:
        with _open(path) as file:
            yield from _whole_lines(_chunks(file, advance))
    except EOFError:
        raise LogError(f"{name} ends in the middle; what stands before was read") from None
    except OSError as error:
        raise LogError(f"{name}: {error.strerror or error}") from None
    except Exception as error:
        # zlib.error and lzma.LZMAError share no class with anything else.
        if type(error).__name__ not in ("error", "LZMAError"):
            raise
        raise LogError(f"{name} is damaged ({error}); what stands before was read") from None


def _open(path: str) -> io.BufferedReader:
    if path != STANDARD_INPUT:
        return open(path, "rb")
    if sys.stdin is None:
        raise LogError("standard input is closed")
    return open(sys.stdin.fileno(), "rb", closefd=False)


def _chunks(file: io.BufferedReader, advance: Callable[[int], None]) -> Iterator[bytes]:
    stream = _decompressed(file)
    taken = 0
    is_counted = stream is file or not file.seekable()
    while chunk := stream.read1(_BLOCK):
        now = taken + len(chunk) if is_counted else file.raw.tell()
        advance(now - taken)
        taken = now
        yield chunk


def _decompressed(file: io.BufferedReader) -> io.BufferedReader:
    start = file.peek(len(_XZ))
    opened: object = file
    # Each is imported where a log needs it.
    if start.startswith(_GZIP):
        import gzip  # noqa: PLC0415

        opened = gzip.GzipFile(fileobj=file)
    elif start.startswith(_BZIP2):
        import bz2  # noqa: PLC0415

        opened = bz2.BZ2File(file)
    elif start.startswith(_XZ):
        import lzma  # noqa: PLC0415

        opened = lzma.LZMAFile(file)  # noqa: SIM115  (the file below it is closed by the caller)
    elif start.startswith(_ZSTD):
        raise LogError(f"{file.name} is compressed by zstd: zstd -dc … | apachestaple explain")
    return cast("io.BufferedReader", opened)


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if end:
            yield rest + chunk[:end]
            rest = chunk[end:]
        else:
            rest += chunk
            if len(rest) > _BLOCK:
                yield rest
                rest = b""
    if rest:
        yield rest
