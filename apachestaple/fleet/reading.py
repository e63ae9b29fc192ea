"""Reads many documents, on all processors."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.errors import OperatingSystemError
from apachestaple.fleet.document import Document, Problem
from apachestaple.fleet.files import STANDARD_INPUT, find_files, opened
from apachestaple.fleet.json_stream import JSONStreamError
from apachestaple.fleet.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

# Bytes. Starting processes takes as long as reading this much.
_WORTH_PROCESSES = 16 << 20
_FILES_AT_ONCE = 8


class Read(NamedTuple):
    """The documents, and what could not be read."""

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]


def read_documents(
    paths: Iterable[str], tracked: Callable[[Iterator[Read], int], Iterator[Read]] | None = None
) -> Read:
    """The documents in files, and in the ``*.json`` files of folders; ``-`` is standard input.

    ``tracked`` is called with the results of the files as they arrive and their number, and returns
    them, such as a progress bar.

    Raises:
        OperatingSystemError: no file can be opened, or no process started.

    """
    problems: list[Problem] = []
    files = find_files(paths, problems)
    documents: list[Document] = []
    results = _read_all(files)
    for read in tracked(results, len(files)) if tracked else results:
        documents += read.documents
        problems += read.problems
    return Read(tuple(documents), tuple(problems))


def _read_all(files: Sequence[str]) -> Iterator[Read]:
    """The content of each file, in order."""
    if len(files) < 2 or _size(files) < _WORTH_PROCESSES:
        yield from map(read_one, files)
        return
    named = [file for file in files if file != STANDARD_INPUT]
    if len(named) < len(files):
        yield read_one(STANDARD_INPUT)
    try:
        with ProcessPoolExecutor() as pool:
            yield from pool.map(read_one, named, chunksize=_FILES_AT_ONCE)
    except BrokenProcessPool:
        raise OperatingSystemError("a process that was reading files was killed") from None


def _size(files: Iterable[str]) -> int:
    total = 0
    for file in files:
        try:
            total += os.stat(file).st_size
        except OSError:
            continue
    return total


def read_one(path: str) -> Read:
    """The documents of a file; those before an error are kept."""
    documents: list[Document] = []
    name = "standard input" if path == STANDARD_INPUT else path
    try:
        with opened(path) as read:
            documents.extend(parse(name, read))
    except JSONStreamError as error:
        problem = Problem(name, error.text, error.line, error.column)
    except OSError as error:
        problem = Problem(name, error.strerror or str(error))
    else:
        return Read(tuple(documents), ())
    return Read(tuple(documents), (problem,))
