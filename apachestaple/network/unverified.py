"""OpenSSL's reasons why a chain is not verified."""

from __future__ import annotations

from typing import NamedTuple


class Unverified(NamedTuple):
    """Why a certificate of a chain is not verified.

    Attributes:
        code: OpenSSL's number (X509_V_ERR_…).
        depth: position in the chain that OpenSSL has built; 0 is the leaf.

    """

    code: int
    depth: int
