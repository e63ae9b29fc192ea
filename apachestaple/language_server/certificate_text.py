"""What is in a certificate file, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.certificates.pem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.certificates.pem import CertificateFile
    from apachestaple.language_server.markup import Markup

_PROBLEMS = {
    Problem.MISSING: "The file does not exist here.",
    Problem.EMPTY: "The file is empty.",
    Problem.NOT_A_FILE: "It is not a regular file.",
    Problem.TOO_LARGE: "The file is too large.",
    Problem.UNREADABLE: "The file cannot be read.",
    Problem.NO_CERTIFICATE: "The file contains no certificate.",
    Problem.DAMAGED: "A certificate in the file is damaged.",
}


def certificate_lines(file: CertificateFile, markup: Markup) -> Iterator[str]:
    """One line for each fact about the first certificate, and the others in the file."""
    if file.leaf is None:
        yield _PROBLEMS.get(file.problem or Problem.UNREADABLE, "The file was not read.")
        return
    leaf = file.leaf
    if not leaf.is_understood:
        yield "The certificate has data that cannot be read."
        return
    yield f"Subject: {markup.code(leaf.subject)}"
    yield f"Issuer: {markup.code(leaf.issuer)}"
    yield f"Valid: {leaf.not_before:%Y-%m-%d} to {leaf.not_after:%Y-%m-%d %H:%M} UTC"
    yield from _ocsp(leaf, markup)
    if leaf.must_staple:
        yield "Must-staple: clients that enforce it refuse the host without a staple"
    if file.chain:
        yield "Followed by: " + ", ".join(markup.code(each.common_name) for each in file.chain[:8])
    else:
        yield "No other certificates in the file"
    if file.problem is Problem.DAMAGED:
        yield _PROBLEMS[Problem.DAMAGED]


def _ocsp(leaf: Certificate, markup: Markup) -> Iterator[str]:
    uris = leaf.ocsp_uris
    if not uris:
        yield "No OCSP URI"
    elif len(uris) == 1:
        yield f"OCSP URI: {markup.code(uris[0])}"
    else:
        first, *others = uris[:8]
        ignored = ", ".join(map(markup.code, others))
        yield f"OCSP URIs: {markup.code(first)} (used by httpd), {ignored} (not used)"
