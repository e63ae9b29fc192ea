"""Lines that httpd rejects while it reads a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.httpd.configuration import ErrorKind
from apachestaple.httpd.words import split_words

if TYPE_CHECKING:
    from apachestaple.httpd.source_file import SourceFile


class Rejected(Exception):  # noqa: N818  (httpd's verdict, not an error of ours)
    """httpd rejects the line that is being read."""

    def __init__(self, kind: ErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        # The place of the line, if reading has continued after it.
        self.at: tuple[SourceFile, int] | None = None


def checked_arguments(name: str, raw: str, least: int, most: int, takes: str) -> list[str]:
    """The arguments of a directive, if their number is right.

    Raises:
        Rejected: there are fewer than ``least`` or more than ``most``.

    """
    words = split_words(raw)
    if not least <= len(words) <= most or not all(words[:least]):
        raise Rejected(ErrorKind.ARGUMENTS, f"{name} takes {takes}")
    return words
