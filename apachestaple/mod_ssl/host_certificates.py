"""The certificates of a host, each with its key and whether its issuer is found.

Source: modules/ssl/ssl_engine_init.c (ssl_init_server_certs, ssl_init_ctx_cert_chain),
ssl_util_stapling.c (stapling_get_issuer).
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.certificates.pem import CertificateFile, Problem
from apachestaple.mod_ssl.hosts import HostCertificate, first_argument
from apachestaple.mod_ssl.managed import certificates_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.certificates.pem import CertificateReader
    from apachestaple.httpd.configuration import Configuration, Directive
    from apachestaple.mod_ssl.hosts import Host

# Directives whose files can contain an issuer, besides the certificate's own file.
CHAINS_ELSEWHERE = ("sslcertificatechainfile", "sslcacertificatefile", "sslcacertificatepath")
# Their certificates come into OpenSSL's store, too (X509_STORE_load_locations).
CRLS = ("sslcarevocationfile", "sslcarevocationpath")
_STORE = (CHAINS_ELSEWHERE, CRLS)
# The number of a host's own files that replace those of the main server at the same position
# (modssl_ctx_cfg_merge_certkeys_array).
_REPLACED = 3


class Files(NamedTuple):
    """Reads the certificate files that hosts name.

    Attributes:
        configuration: the configuration, which has the paths.
        reader: reads the files.
        has_chains_elsewhere: whether the configuration has any of `CHAINS_ELSEWHERE` or `CRLS`.
        has_commands: whether it has any SSLOpenSSLConfCmd.

    """

    configuration: Configuration
    reader: CertificateReader
    has_chains_elsewhere: bool = True
    has_commands: bool = True

    def read(self, directive: Directive) -> CertificateFile:
        """The file that a directive names."""
        path, may_read = self.configuration.certificate_file_of(directive)
        if self.configuration.is_unknown(directive):
            return CertificateFile(path, problem=Problem.UNKNOWN)
        if not may_read:
            return CertificateFile(path, problem=Problem.OUTSIDE)
        return self.reader.read(path)

    def read_folder(self, directive: Directive) -> list[CertificateFile] | None:
        """The files in the folder that a directive names; ``None`` if it cannot be read."""
        path, may_read = self.configuration.certificate_file_of(directive)
        if not may_read:
            return None
        return self.reader.read_folder(path, self.configuration.may_read_certificate)


def host_certificates(host: Host, files: Files) -> tuple[HostCertificate, ...]:
    """Its certificates, with those of the main server merged in; then those from mod_md."""
    directives, keys, main = host.own_certificates, host.own_keys, host.main
    if main is not None and (main.own_certificates or main.own_keys):
        directives = _merged(directives, main.own_certificates)
        keys = _merged(keys, main.own_keys)
    # Keys and certificates belong together by their order; without a key of its own, a certificate
    # has it in its file (ssl_init_server_certs).
    pairs = [*zip_longest(directives, keys[: len(directives)])]
    if host.managed:
        pairs += certificates_of(host)
    if files.has_commands:
        pairs += _of_commands(host)
    return tuple([_certificate(host, directive, key, files) for directive, key in pairs])


def _of_commands(host: Host) -> Iterable[tuple[Directive, Directive | None]]:
    """Certificates and keys of SSLOpenSSLConfCmd, which is executed after the other directives.

    Those of the main server are executed first (modssl_ctx_cfg_merge).
    """
    main = host.main
    certificates = [*(main.command_certificates if main else ()), *host.command_certificates]
    keys = [*(main.command_keys if main else ()), *host.command_keys]
    return zip_longest(certificates, keys[: len(certificates)])


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
    if leaf is None or leaf.facts is None:
        return HostCertificate(directive, file, key_directive=key)
    issuer, found = _find_issuer(host, file, leaf, files)
    signed = files.reader.is_signed(leaf, issuer) if issuer else None
    return HostCertificate(directive, file, leaf, found, key, issuer, signed)


def _find_issuer(
    host: Host, file: CertificateFile, leaf: Certificate, files: Files
) -> tuple[Certificate | None, bool | None]:
    """The certificate that stapling_get_issuer finds, and whether it finds one.

    It looks in the chain that the server sends, then among the CA certificates. ``None`` where
    not all files were read.
    """
    if not files.has_chains_elsewhere:
        issuer = first_issuer(leaf, file.chain)
        return issuer, issuer is not None
    chain = host.setting(CHAINS_ELSEWHERE[0])
    sent: Sequence[Certificate] = file.chain
    complete = True
    # mod_ssl takes a certificate from mod_md with the chain in its file (ssl_init_server_ctx).
    if chain is not None and not certificates_of(host):
        chain_file = files.read(chain)
        # Without any certificate in it, it is an empty chain.
        complete = chain_file.problem in (None, Problem.NO_CERTIFICATE)
        sent = sent_chain(chain_file, {file.path})
    issuer = first_issuer(leaf, sent)
    if issuer is None:
        issuer, store_complete = _find_in_store(host, leaf, files)
        complete = complete and store_complete
    return issuer, True if issuer else (False if complete else None)


def _find_in_store(host: Host, leaf: Certificate, files: Files) -> tuple[Certificate | None, bool]:
    """The issuer in OpenSSL's store of a host, and whether all files of the store were read."""
    (_, bundle, folder), (crls, crl_folder) = (map(host.setting, names) for names in _STORE)
    read = [files.read(named) for named in (bundle, crls) if named is not None]
    usable = {None, Problem.NO_CERTIFICATE} if bundle is None else {None}
    complete = usable.issuperset(file.problem for file in read)
    of_name = [
        certificate
        for file in read
        for certificate in all_certificates(file)
        if certificate.subject_name == leaf.issuer_name
    ]
    # OpenSSL only searches the folders for a name that is not in the files.
    if of_name:
        return first_issuer(leaf, of_name), complete
    for named in (folder, crl_folder):
        found = files.read_folder(named) if named is not None else []
        complete = complete and found is not None
        issuer = first_issuer(leaf, [file.leaf for file in found or () if file.leaf])
        if issuer is not None:
            return issuer, complete
    return None, complete


def sent_chain(file: CertificateFile, own: Collection[str]) -> Sequence[Certificate]:
    """What SSLCertificateChainFile adds to the chain of a host with certificate files ``own``.

    With a chain file, only the leaf is taken from a certificate file; where both are one file, its
    first certificate is left out (ssl_init_ctx_cert_chain).
    """
    return file.chain if file.path in own else all_certificates(file)


def all_certificates(file: CertificateFile) -> Sequence[Certificate]:
    """Its certificates, the first one among them."""
    return (file.leaf, *file.chain) if file.leaf else file.chain


def first_issuer(leaf: Certificate, candidates: Iterable[Certificate]) -> Certificate | None:
    """The first certificate that OpenSSL takes for the issuer."""
    for candidate in candidates:
        if leaf.is_issued_by(candidate):
            return candidate
    return None
