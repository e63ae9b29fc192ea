"""Unpacks gzip, bzip2 and xz, with limits for memory and for the size of the result."""

from __future__ import annotations

import zlib
from itertools import chain
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_GZIP, _BZIP2, _XZ, _ZSTD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"
_BLOCK = 1 << 20
# `xz -9` needs 65 MiB to decompress; the header of a file could ask for 4 GiB.
_XZ_MEMORY = 128 << 20
# A log is 10 to 50 times larger than its compressed file, and equal lines with their times 100
# times. A file that unpacks to more than this, and more than 1 GiB, is an attack.
_MOST_TIMES = 500
_FREE = 1 << 30


class UnpackingError(Exception):
    """A log is not unpacked, or not to its end; the message is the reason."""


class _Decompressor(Protocol):
    """The interface of the decompressors of bz2 and lzma."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


class _GzipDecompressor:
    """The same interface for zlib."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail and not self._is_full

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        block = self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)
        # zlib may hold more output, even after it has consumed all input.
        self._is_full = len(block) == max_length
        return block


def unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks unchanged, or unpacked in blocks of at most 1 MiB.

    Raises:
        UnpackingError: it unpacks to more than 500 times its size and more than 1 GiB, or its
            compression is not supported by Python.
        EOFError: it ends too early.
        OSError, lzma.LZMAError, zlib.error: it is damaged.

    """
    first = b""
    while len(first) < len(_XZ) and (chunk := next(chunks, b"")):
        first += chunk
    chunks = chain((first,), chunks)
    new = _format(first)
    return chunks if new is None else _unpacked(chunks, new)


def _format(first: bytes) -> Callable[[], _Decompressor] | None:
    # Modules are imported only for logs that need them.
    if first.startswith(_GZIP):
        return _GzipDecompressor
    if first.startswith(_BZIP2):
        import bz2  # noqa: PLC0415

        return bz2.BZ2Decompressor
    if first.startswith(_XZ):
        import lzma  # noqa: PLC0415

        return lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
    if first.startswith(_ZSTD):
        raise UnpackingError("zstd is not supported; run `zstd -dc LOG | apachestaple explain`")
    return None


def _unpacked(chunks: Iterator[bytes], new: Callable[[], _Decompressor]) -> Iterator[bytes]:
    decompressor = new()
    packed = made = 0
    for chunk in chunks:
        packed += len(chunk)
        data = chunk
        while True:
            if decompressor.eof:
                # Another stream may follow, or zeros that fill a block.
                data = (decompressor.unused_data or data).lstrip(b"\0")
                if not data:
                    break
                decompressor = new()
            block = decompressor.decompress(data, _BLOCK)
            data = b""
            made += len(block)
            if made > max(_FREE, _MOST_TIMES * packed):
                raise UnpackingError(
                    f"unpacks to more than {_MOST_TIMES} times its size; the lines before were read"
                )
            if block:
                yield block
            if not decompressor.eof and decompressor.needs_input:
                break
    if not decompressor.eof:
        raise EOFError
