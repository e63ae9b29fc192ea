"""The base class of errors that end a command."""

from __future__ import annotations


class ApachestapleError(Exception):
    """The program cannot continue; the message is the reason, without a full stop."""
