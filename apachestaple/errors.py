"""The error that ends a command."""

from __future__ import annotations


class ApachestapleError(Exception):
    """The program cannot go on; the text says why, without a full stop."""
