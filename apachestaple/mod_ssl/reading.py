"""Reads configurations and their certificates into sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.pem import CertificateReader
from apachestaple.httpd.reader import read
from apachestaple.mod_ssl.site import understand
from apachestaple.mod_ssl.walk import is_used

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Configuration
    from apachestaple.httpd.lines import Listener
    from apachestaple.httpd.start import Start
    from apachestaple.mod_ssl.site import Site


def read_site(
    start: Start,
    certificates_required: bool | None = None,
    certificates: CertificateReader | None = None,
) -> Site:
    """The site of the configuration at ``start``, without directives that no rule uses.

    ``certificates`` may already have read certificate files.

    Raises:
        OSError: the main file cannot be read.

    """
    certificates = certificates or CertificateReader()
    return understand(
        read(start, certificate_listeners(certificates), is_used),
        certificates_required=certificates_required,
        reader=certificates,
        # A second process may still be reading certificates.
        at_once=False,
    )


class SiteReader:
    """Reads configurations; a certificate file that several of them name is read once."""

    def __init__(
        self,
        certificates_required: bool | None = None,
        certificates: CertificateReader | None = None,
    ) -> None:
        self._required = certificates_required
        self._certificates = certificates or CertificateReader()

    def expect_many_certificates(self) -> None:
        """Announce that the configurations will probably name hundreds of certificates."""
        self._certificates.expect_many()

    def read(self, start: Start) -> Site:
        """The site of the configuration at ``start``.

        Raises:
            OSError: the main file cannot be read.

        """
        site = read_site(start, self._required, self._certificates)
        for variant in start.variants[1:]:
            other = start._replace(variants=(variant,))
            site.alternatives.append(read_site(other, self._required, self._certificates))
        return site


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
