"""Reads logs in blocks of whole lines, with bounded memory: files, compressed, standard input."""

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
    """A log cannot be read, or not to its end; the message names it and the reason."""


def log_size(path: str) -> int:
    """The size of the file in bytes; 0 if it is not known in advance."""
    try:
        return 0 if path == STANDARD_INPUT else os.stat(path).st_size
    except OSError:
        return 0


def read_blocks(path: str, advance: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """The log in blocks of about 1 MB that end at a line end.

    Of a longer line, which httpd does not write, only the beginning is returned. A compressed log
    is recognised by its first bytes, not by its name. ``advance`` is called with the number of
    bytes read from the disk.

    Raises:
        LogError: it cannot be read. The text before a damaged place has been returned by then.

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
        # zlib.error and lzma.LZMAError have no common base class.
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
