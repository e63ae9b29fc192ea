"""Files with the missing chain of a certificate, in the folder of the certificate.

Certificate authorities and ACME clients put the chain there: certbot as ``chain.pem``, acme.sh as
``ca.cer``, others as ``intermediate.crt`` or ``NAME.ca-bundle``.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from apachestaple.filesystem.reading import end_if_exhausted
from apachestaple.mod_ssl.host_certificates import all_certificates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.certificates.pem import CertificateFile
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site

_MOST_FILES = 50
_MOST_NAMES = 10_000
# A chain has a few kilobytes. Bytes.
_LARGEST = 100_000
_CERTIFICATES = re.compile(r"(?i).*\.(pem|crt|cer|cert|chain|bundle|ca-bundle)")
_KEYS = re.compile(r"(?i)key|pk8|pkcs|secret")
_SEPARATORS = (".", "_", "-")


class ChainsBeside:
    """Finds the chains for the certificates of hosts, in the folders of these."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._names: dict[str, list[str]] = {}
        self._found: dict[tuple[tuple[str, str], ...], list[tuple[str, CertificateFile]]] = {}

    def of(self, host: Host) -> list[tuple[str, CertificateFile]]:
        """Files that only contain authorities above the certificates of a host, the best first.

        Each with its path as it is written in the configuration. The best file has the most
        intermediate certificates, and no root.
        """
        named = tuple(
            (os.path.dirname(certificate.name), certificate.file.path)
            for certificate in host.served
            if certificate.file is not None and not certificate.is_of_command
        )
        # Many hosts may have the same certificate.
        if named not in self._found:
            leaves = [certificate.leaf for certificate in host.served if certificate.leaf]
            self._found[named] = self._find(named, leaves)
        return self._found[named]

    def _find(
        self, named: tuple[tuple[str, str], ...], leaves: Sequence[Certificate]
    ) -> list[tuple[str, CertificateFile]]:
        found: dict[str, tuple[int, int, CertificateFile]] = {}
        for written, certificate in named:
            for file in self._candidates(certificate, leaves):
                chain = all_certificates(file)
                if _is_path(leaves, chain):
                    roots = sum(each.is_self_signed for each in chain)
                    path = os.path.join(written, os.path.basename(file.path))
                    found[path] = roots - len(chain), roots, file
        best = sorted(found, key=lambda path: (*found[path][:2], path))
        return [(path, found[path][2]) for path in best]

    def _candidates(self, path: str, leaves: Sequence[Certificate]) -> list[CertificateFile]:
        """The files beside a certificate that belong to it.

        In a folder with certificates of other names, only files that are named after it do: the
        others may be replaced with those certificates.
        """
        folder, name = os.path.split(path)
        names = self._names_in(folder)
        if len(names) <= _MOST_FILES:
            files = self._read(folder, names)
            if not any(_is_of_others(file, leaves) for file in files):
                return files
        stem = os.path.splitext(name)[0]
        first = bisect_left(names, stem)
        tied = takewhile(lambda each: each.startswith(stem), islice(names, first, None))
        ours = [
            each for each in islice(tied, _MOST_FILES) if each[len(stem) :].startswith(_SEPARATORS)
        ]
        return self._read(folder, ours)

    def _names_in(self, folder: str) -> list[str]:
        """The names in a folder that can be those of certificates, but not of keys; sorted."""
        if folder not in self._names:
            may_read = self._site.configuration.may_read_certificate(folder)
            self._names[folder] = sorted(_certificates_in(folder)) if may_read else []
        return self._names[folder]

    def _read(self, folder: str, names: Sequence[str]) -> list[CertificateFile]:
        may_read = self._site.configuration.may_read_certificate
        paths = [os.path.join(folder, name) for name in names]
        files = [
            self._site.reader.read(each) for each in paths if may_read(each) and _is_small(each)
        ]
        return [file for file in files if file.leaf and not file.problem]


def _certificates_in(folder: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, _MOST_NAMES):
                if _CERTIFICATES.fullmatch(entry.name) and not _KEYS.search(entry.name):
                    yield entry.name
    except OSError as error:
        end_if_exhausted(error)
        return


def _is_of_others(file: CertificateFile, leaves: Sequence[Certificate]) -> bool:
    """Whether it is the file of a certificate with another name."""
    leaf = file.leaf
    if leaf is None or leaf.is_ca:
        return False
    return all(leaf.common_name != own.common_name and leaf.sha1 != own.sha1 for own in leaves)


def _is_small(path: str) -> bool:
    try:
        return os.stat(path).st_size <= _LARGEST
    except OSError:
        return False


def _is_path(leaves: Sequence[Certificate], chain: Sequence[Certificate]) -> bool:
    """Whether all of a chain are authorities above one of the leaves.

    httpd sends the whole file in each handshake, so a file with other authorities is not used.
    """
    reached = list(leaves)
    left = [certificate for certificate in chain if certificate.is_ca]
    if not left or len(left) < len(chain):
        return False
    while above := [one for one in left if any(each.is_issued_by(one) for each in reached)]:
        left = [one for one in left if one not in above]
        reached = above
    return not left
