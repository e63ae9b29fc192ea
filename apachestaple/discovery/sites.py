"""Reads the configurations for the paths of a command line."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apachestaple.certificates.pem import CertificateReader, has_certificate
from apachestaple.discovery.locate import locate
from apachestaple.discovery.main_files import LayoutError
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.mod_ssl.site import Site, listeners, understand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.certificates.pem import CertificateFile
    from apachestaple.httpd.configuration import Configuration
    from apachestaple.httpd.reader import Start
    from apachestaple.settings import Settings


@dataclass
class Sites:
    """The configurations that were read.

    Attributes:
        sites: one for each path, without those that an earlier one includes.
        problems: why paths could not be read.

    """

    sites: list[Site] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_configuration(path: str | None, settings: Settings) -> Configuration:
    """The directives in effect at ``path``.

    Raises:
        LayoutError: there is nothing to read.
        OSError: the main file cannot be read.

    """
    return read(locate(path, _options(settings)))


def read_site(path: str | None, settings: Settings) -> Site:
    """The site at ``path``; raises as `read_configuration`."""
    certificates = CertificateReader()
    configuration = read(locate(path, _options(settings)), listeners(certificates))
    return _understood(configuration, settings, certificates)


def find_starts(paths: Sequence[str], settings: Settings) -> tuple[list[Start], list[str]]:
    """Where to start reading, whole configurations first, and why some paths cannot be read.

    Without paths, it is this machine's httpd.
    """
    options = _options(settings)
    starts: list[Start] = []
    problems: list[str] = []
    wanted: Sequence[str | None] = paths or [None]
    for path in wanted:
        try:
            starts.append(locate(path, options))
        except LayoutError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(_reason(path, error))
    starts.sort(key=lambda start: not start.whole)
    return starts, problems


def read_sites(paths: Sequence[str], settings: Settings) -> Sites:
    """Read the configurations for the paths, each file once.

    A fragment that a whole configuration includes is read only as part of it.
    """
    starts, problems = find_starts(paths, settings)
    found = Sites(problems=problems)
    certificates = CertificateReader()
    known: set[str] = set()
    for start in starts:
        if os.path.realpath(start.main_file) in known:
            continue
        try:
            configuration = read(start, listeners(certificates))
        except OSError as error:
            found.problems.append(_reason(start.main_file, error))
            continue
        if len(starts) > 1:
            known.update(os.path.realpath(path) for path in configuration.files)
        found.sites.append(_understood(configuration, settings, certificates))
    return found


def certificate_files(paths: Sequence[str]) -> tuple[list[CertificateFile], list[str]]:
    """The paths of PEM files with a certificate, and all other paths."""
    reader = CertificateReader()
    named = {path: has_certificate(path) for path in paths}
    files = [reader.read(path) for path, is_certificate in named.items() if is_certificate]
    return files, [path for path in paths if not named[path]]


def _options(settings: Settings) -> Options:
    return Options(settings.root, settings.map, settings.define, settings.httpd_version)


def _understood(
    configuration: Configuration, settings: Settings, certificates: CertificateReader
) -> Site:
    required = settings.certificates_required
    # A second process may still be reading certificates.
    return understand(
        configuration, certificates_required=required, reader=certificates, at_once=False
    )


def _reason(path: str | None, error: OSError) -> str:
    return f"{error.filename or path}: {error.strerror or error}"
