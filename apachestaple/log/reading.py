"""A log as blocks of whole lines: files, compressed ones, standard input; in steady memory."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from apachestaple.log.unpacking import UnpackingError, unpacked

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterable, Iterator

STANDARD_INPUT = "-"

_BLOCK = 1 << 20


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

    Of a line longer than that, which httpd does not write, only the beginning is given. A
    compressed log is recognised by its first bytes, not by its name. ``advance`` is told how many
    bytes were taken from the disk.

    Raises:
        LogError: it cannot be read; what stands before a damaged place has been given by then.

    """
    name = "standard input" if path == STANDARD_INPUT else path
    try:
        with _open(path) as file:
            yield from _whole_lines(unpacked(_chunks(file, advance)))
    except UnpackingError as error:
        raise LogError(f"{name}: {error}") from None
    except EOFError:
        raise LogError(f"{name}: compressed data ends early; the lines before were read") from None
    except OSError as error:
        raise LogError(f"{name}: {error.strerror or error}") from None
    except Exception as error:
        # zlib.error and lzma.LZMAError share no class with anything else.
        if type(error).__name__ not in ("error", "LZMAError"):
            raise
        raise LogError(
            f"{name}: cannot be unpacked ({error}); the lines before were read"
        ) from None


def _open(path: str) -> io.BufferedReader:
    if path != STANDARD_INPUT:
        return open(path, "rb")
    if sys.stdin is None:
        raise LogError("standard input is closed")
    return open(sys.stdin.fileno(), "rb", closefd=False)


def _chunks(file: io.BufferedReader, advance: Callable[[int], None]) -> Iterator[bytes]:
    while chunk := file.read1(_BLOCK):
        advance(len(chunk))
        yield chunk


def _whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    is_too_long = False
    for chunk in chunks:
        begin = chunk.find(b"\n") + 1 if is_too_long else 0
        if is_too_long and not begin:
            continue
        end = chunk.rfind(b"\n") + 1
        if end > begin:
            yield rest + chunk[begin:end]
            rest, begin = b"", end
        rest += chunk[begin:]
        is_too_long = len(rest) > _BLOCK
        if is_too_long:
            yield rest
            rest = b""
    if rest:
        yield rest
