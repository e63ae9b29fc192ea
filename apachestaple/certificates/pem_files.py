"""Finds PEM files of certificates among the PATHs of a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.pem import CertificateReader, has_certificate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.certificates.pem import CertificateFile


def certificate_files(paths: Sequence[str]) -> tuple[list[CertificateFile], list[str]]:
    """The paths of PEM files with a certificate, and all other paths."""
    reader = CertificateReader()
    named = {path: has_certificate(path) for path in paths}
    files = [reader.read(path) for path, is_certificate in named.items() if is_certificate]
    return files, [path for path in paths if not named[path]]
