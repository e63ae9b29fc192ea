"""A baseline: the findings of an earlier run, which are known and not reported again."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.errors import ApachestapleError
from apachestaple.filesystem.reading import read_file
from apachestaple.lint.fingerprints import fingerprints

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apachestaple.rules.finding import Finding

_VERSION = 1
# Bytes: a million findings.
_LIMIT = 256 * 1024 * 1024


class BaselineError(ApachestapleError):
    """A baseline cannot be read; the message names the file."""


class Entry(NamedTuple):
    """A finding of a baseline.

    Attributes:
        fingerprint: the fingerprint.
        rule: the code of the rule.
        file: path of the file, relative to the folder of the baseline.
        message: the message.

    """

    fingerprint: str
    rule: str
    file: str
    message: str


class Compared(NamedTuple):
    """Findings compared with a baseline.

    Attributes:
        new: the findings that are not in it.
        known: the entries that were found again.
        repaired: the entries that were not found again, of files that were read or are gone.
        others: the entries of files that were not read.

    """

    new: tuple[Finding, ...]
    known: tuple[Entry, ...]
    repaired: tuple[Entry, ...]
    others: tuple[Entry, ...]


def entries(findings: Sequence[Finding], path: str) -> list[Entry]:
    """The entries for findings in a baseline that is written to ``path``."""
    folder = os.path.dirname(os.path.abspath(path))
    return [
        Entry(
            fingerprint,
            finding.code,
            os.path.relpath(finding.place.file, folder),
            finding.message,
        )
        for finding, fingerprint in zip(findings, fingerprints(findings), strict=True)
    ]


def baseline_text(found: Iterable[Entry]) -> str:
    """The baseline as JSON; the order does not depend on lines, so that changes are small."""
    ordered = sorted(found, key=lambda entry: (entry.file, entry.rule, entry.fingerprint))
    document = {"baseline": _VERSION, "findings": [entry._asdict() for entry in ordered]}
    return json.dumps(document, indent=1) + "\n"


def read_baseline(path: str) -> list[Entry]:
    """The entries of a baseline.

    Raises:
        BaselineError: it cannot be read, or is not a baseline.

    """
    try:
        document = json.loads(read_file(path, _LIMIT))
    except OSError as error:
        raise BaselineError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        reason = str(error) or "nested too deeply"
        raise BaselineError(f"{path} is not a baseline: {reason}") from None
    try:
        if document["baseline"] != _VERSION:
            raise BaselineError(f"{path} is a baseline of another version of apachestaple")
        found = [Entry(**entry) for entry in document["findings"]]
    except (KeyError, TypeError):
        raise BaselineError(f"{path} is not a baseline; write one with --write-baseline") from None
    if not all(isinstance(text, str) for entry in found for text in entry):
        raise BaselineError(f"{path} is not a baseline: its findings must contain strings")
    return found


def compared(
    findings: Sequence[Finding], baseline: Iterable[Entry], path: str, read: Iterable[str]
) -> Compared:
    """The findings that are not in the baseline of the file ``path``.

    ``read`` are the paths of the files that were read. An entry counts for one finding.
    """
    folder = os.path.dirname(os.path.abspath(path))
    by_fingerprint = {entry.fingerprint: entry for entry in baseline}
    new: list[Finding] = []
    known: list[Entry] = []
    for finding, fingerprint in zip(findings, fingerprints(findings), strict=True):
        entry = by_fingerprint.pop(fingerprint, None)
        if entry is None:
            new.append(finding)
        else:
            known.append(entry)
    files = {os.path.relpath(file, folder) for file in read}
    repaired: list[Entry] = []
    others: list[Entry] = []
    for entry in by_fingerprint.values():
        (repaired if _is_gone(entry, folder, files) else others).append(entry)
    return Compared(tuple(new), tuple(known), tuple(repaired), tuple(others))


def _is_gone(entry: Entry, folder: str, read: set[str]) -> bool:
    """Whether its file was read, or no longer exists."""
    if entry.file in read or "\0" in entry.file:
        return True
    return not os.path.lexists(os.path.join(folder, entry.file))
