"""Fingerprints by which findings are known in another run."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apachestaple.rules.finding import Finding


def fingerprints(findings: Iterable[Finding]) -> Iterator[str]:
    """A different fingerprint for each finding, in their order.

    `Finding.fingerprint` is equal for equal lines of a file, so those after the first are counted.
    """
    seen: Counter[str] = Counter()
    for finding in findings:
        own = finding.fingerprint
        seen[own] += 1
        yield own if seen[own] == 1 else _numbered(own, seen[own])


def _numbered(fingerprint: str, number: int) -> str:
    import hashlib  # noqa: PLC0415  (5 ms, and equal lines are rare)

    return hashlib.sha256(f"{fingerprint} {number}".encode()).hexdigest()
