"""Files with the missing chain of a certificate, in the folder of the certificate.

Certificate authorities and ACME clients put the chain there: certbot as ``chain.pem``, acme.sh as
``ca.cer``, others as ``intermediate.crt`` or ``NAME.ca-bundle``.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from apachestaple.filesystem.reading import end_if_exhausted
from apachestaple.lazy import pattern
from apachestaple.mod_ssl.host_certificates import all_certificates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.certificates.pem import CertificateFile
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site

_MOST_FILES = 50
_MOST_NAMES = 10_000
# A chain has a few kilobytes. Bytes.
_LARGEST = 100_000
_CERTIFICATES = pattern(r"(?i).*\.(pem|crt|cer|cert|chain|bundle|ca-bundle)")
_KEYS = pattern(r"(?i)key|pk8|pkcs|secret")
_SEPARATORS = (".", "_", "-")
# In a folder with many files, only those with such names are opened.
_AUTHORITIES = pattern(r"(?i)(ca|intermediate|issuer|issuing)(?![a-z]).*")
_OF_ONE = pattern(r"(?i)(full)?chain(?![a-z])")


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

    def with_certificate(
        self, certificate: HostCertificate
    ) -> Iterator[tuple[str, CertificateFile]]:
        """Files with the same certificate and a chain, each with its path as for `of`."""
        own, leaf = certificate.file, certificate.leaf
        if own is None or leaf is None or certificate.is_of_command:
            return
        for file, _ in self._candidates(own.path, [leaf]):
            if file.leaf and file.leaf.sha1 == leaf.sha1 and file.chain:
                folder = os.path.dirname(certificate.name)
                yield os.path.join(folder, os.path.basename(file.path)), file

    def _find(
        self, named: tuple[tuple[str, str], ...], leaves: Sequence[Certificate]
    ) -> list[tuple[str, CertificateFile]]:
        found: dict[str, tuple[bool, int, int, CertificateFile]] = {}
        for written, certificate in named:
            for file, is_shared in self._candidates(certificate, leaves):
                chain = all_certificates(file)
                if _is_path(leaves, chain):
                    roots = sum(each.is_self_signed for each in chain)
                    path = os.path.join(written, os.path.basename(file.path))
                    found[path] = is_shared, roots - len(chain), roots, file
        best = sorted(found, key=lambda path: (*found[path][:3], path))
        return [(path, found[path][3]) for path in best]

    def _candidates(
        self, path: str, leaves: Sequence[Certificate]
    ) -> Iterator[tuple[CertificateFile, bool]]:
        """The files beside a certificate that can belong to it, and whether they are shared.

        In a folder with certificates of other names, a file that is not named after any of them is
        shared by them. ``chain.pem`` is not: ACME clients replace it with one of them.
        """
        folder, name = os.path.split(path)
        names = self._names_in(folder)
        is_large = len(names) > _MOST_FILES
        read = list(filter(_AUTHORITIES().fullmatch, names)) if is_large else names
        files = self._read(folder, read) if len(read) <= _MOST_FILES else []
        others = [file for file in files if _is_of_others(file, leaves)]
        if not is_large and not others:
            yield from ((file, False) for file in files)
            return
        stem = os.path.splitext(name)[0]
        first = bisect_left(names, stem)
        tied = takewhile(lambda each: each.startswith(stem), islice(names, first, None))
        ours = [each for each in islice(tied, _MOST_FILES) if _is_named_after(each, stem)]
        yield from ((file, False) for file in self._read(folder, ours))
        stems = [os.path.splitext(os.path.basename(file.path))[0] for file in others]
        for file in files:
            its_name = os.path.basename(file.path)
            if not _OF_ONE().match(its_name) and not any(
                _is_named_after(its_name, each) for each in stems
            ):
                yield file, True

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
                if _CERTIFICATES().fullmatch(entry.name) and not _KEYS().search(entry.name):
                    yield entry.name
    except OSError as error:
        end_if_exhausted(error)
        return


def _is_named_after(name: str, stem: str) -> bool:
    return name.startswith(stem) and name[len(stem) :].startswith(_SEPARATORS)


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
