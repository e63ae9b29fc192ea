"""Reads configurations and their certificates into sites."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.certificates.pem import CertificateReader
from apachestaple.httpd.reader import read
from apachestaple.mod_ssl.site import Site, understand
from apachestaple.mod_ssl.walk import is_used

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.httpd.configuration import Configuration
    from apachestaple.httpd.lines import Listener
    from apachestaple.httpd.start import Start


class Sites(NamedTuple):
    """The sites that were read.

    Attributes:
        sites: one for each start, without those that an earlier one includes.
        problems: why configurations could not be read.

    """

    sites: Sequence[Site] = ()
    problems: Sequence[str] = ()


def read_site(start: Start, certificates_required: bool | None = None) -> Site:
    """The site of the configuration at ``start``.

    Raises:
        OSError: the main file cannot be read.

    """
    return _read(start, certificates_required, CertificateReader())


def read_sites(starts: Sequence[Start], certificates_required: bool | None = None) -> Sites:
    """Read from each start; a file that an earlier configuration includes is not read again."""
    sites: list[Site] = []
    problems: list[str] = []
    certificates = CertificateReader()
    known: set[str] = set()
    for start in starts:
        if os.path.realpath(start.main_file) in known:
            continue
        try:
            site = _read(start, certificates_required, certificates)
        except OSError as error:
            problems.append(f"{error.filename or start.main_file}: {error.strerror or error}")
            continue
        if len(starts) > 1:
            known.update(file.real_path for file in site.configuration.files.values())
        sites.append(site)
    return Sites(sites, problems)


def _read(start: Start, required: bool | None, certificates: CertificateReader) -> Site:
    configuration = read(start, certificate_listeners(certificates), is_used)
    # A second process may still be reading certificates.
    return understand(
        configuration, certificates_required=required, reader=certificates, at_once=False
    )


def certificate_listeners(reader: CertificateReader) -> dict[str, Listener]:
    """Listeners for `read`, which start to read the certificates of a configuration."""

    def expect(configuration: Configuration, raw: str) -> None:
        # If ServerRoot changes later, the file is read unnecessarily.
        if "pkcs11:" in raw:
            return
        path, may_read = configuration.certificate_file(raw)
        if may_read:
            reader.expect(path)

    return {"sslcertificatefile": expect, "mdcertificatefile": expect}
