"""The base class of errors that end a command."""

from __future__ import annotations


class ApachestapleError(Exception):
    """The program cannot continue; the message is the reason, without a full stop."""


class UnreadableError(ApachestapleError):
    """Paths that cannot be read; the message has the reason for each."""


class OperatingSystemError(ApachestapleError):
    """The operating system refuses something for a reason that no input file has.

    Examples are that there are no file descriptors, processes or memory left. It is no OSError,
    because an OSError is one about the file that was to be read.
    """
