"""The certificates of a host, each with its key and whether its issuer is found.

Source: modules/ssl/ssl_engine_init.c (ssl_init_server_certs, ssl_init_ctx_cert_chain),
ssl_util_stapling.c (stapling_get_issuer).
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.certificates.pem import CertificateFile, Problem
from apachestaple.mod_ssl.hosts import HostCertificate, first_argument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.certificates.pem import CertificateReader
    from apachestaple.httpd.configuration import Configuration, Directive
    from apachestaple.mod_ssl.hosts import Host

# Where an issuer may stand beside the certificate's own file.
CHAINS_ELSEWHERE = ("sslcertificatechainfile", "sslcacertificatefile", "sslcacertificatepath")
# So many of a host's own files stand for those of the main server at the same position
# (modssl_ctx_cfg_merge_certkeys_array).
_REPLACED = 3


class Files(NamedTuple):
    """Reads the certificate files that hosts name.

    Attributes:
        configuration: says where they are.
        reader: reads them.
        has_chains_elsewhere: whether there is any of `CHAINS_ELSEWHERE` in the configuration.

    """

    configuration: Configuration
    reader: CertificateReader
    has_chains_elsewhere: bool

    def read(self, directive: Directive) -> CertificateFile:
        """The file that a directive names."""
        path = self.configuration.named_file(directive.raw)
        if not self.configuration.may_read_certificate(path):
            return CertificateFile(path, problem=Problem.OUTSIDE)
        return self.reader.read(path)

    def read_folder(self, directive: Directive) -> list[Certificate] | None:
        """The certificates in the folder that a directive names; ``None`` if not to be had."""
        path = self.configuration.named_file(directive.raw)
        if not self.configuration.may_read_certificate(path):
            return None
        return self.reader.read_folder(path, self.configuration.may_read_certificate)


def host_certificates(host: Host, files: Files) -> tuple[HostCertificate, ...]:
    """Its certificates, with those of the main server merged in."""
    main = host.main
    directives = _merged(host.own_certificates, main.own_certificates if main else [])
    keys = _merged(host.own_keys, main.own_keys if main else [])
    # Keys and certificates belong together by their order; without a key of its own, a certificate
    # has it in its file (ssl_init_server_certs).
    return tuple(
        _certificate(host, directive, key, files)
        for directive, key in zip_longest(directives, keys[: len(directives)])
    )


def is_in_token(directive: Directive) -> bool:
    """Whether what it names is in a token (PKCS #11), not in a file."""
    return "pkcs11:" in directive.raw and first_argument(directive).startswith("pkcs11:")


def _merged(own: list[Directive], inherited: list[Directive]) -> list[Directive]:
    """A host's certificates or keys with those of the main server."""
    if len(inherited) <= len(own):
        return own
    return [*own[:_REPLACED], *inherited[len(own) :], *own[_REPLACED:]]


def _certificate(
    host: Host, directive: Directive, key: Directive | None, files: Files
) -> HostCertificate:
    if is_in_token(directive):
        return HostCertificate(directive, None)
    file = files.read(directive)
    leaf = file.leaf
    if leaf is None or not leaf.is_understood:
        return HostCertificate(directive, file, key_directive=key)
    candidates, complete = _possible_issuers(host, file, files)
    issuer = next((one for one in candidates if leaf.is_issued_by(one)), None)
    found = True if issuer else (False if complete else None)
    return HostCertificate(directive, file, leaf, found, key, issuer)


def _possible_issuers(
    host: Host, file: CertificateFile, files: Files
) -> tuple[Sequence[Certificate], bool]:
    """Where stapling_get_issuer looks: the chain that the server sends, then the CA certificates.

    Also whether all that it would find there is here.
    """
    if not files.has_chains_elsewhere:
        return file.chain, True
    candidates: list[Certificate] = []
    complete = True
    chain, authorities, folder = map(host.setting, CHAINS_ELSEWHERE)
    if chain is None:
        candidates += file.chain
    else:
        # With a chain file, only the leaf is taken from the certificate file; where both are one
        # file, its first certificate is left out (ssl_init_ctx_cert_chain).
        chain_file = files.read(chain)
        # Without any certificate in it, it is an empty chain.
        complete = chain_file.problem in (None, Problem.NO_CERTIFICATE)
        if chain_file.leaf and chain_file.path != file.path:
            candidates.append(chain_file.leaf)
        candidates += chain_file.chain
    if authorities is not None:
        bundle = files.read(authorities)
        complete = complete and bundle.problem is None
        candidates += [c for c in (bundle.leaf, *bundle.chain) if c]
    if folder is not None:
        found = files.read_folder(folder)
        complete = complete and found is not None
        candidates += found or []
    return candidates, complete
