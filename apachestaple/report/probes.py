"""The report of ``probe``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.ocsp.status import moment
from apachestaple.report.columns import aligned
from apachestaple.report.terminal import Paint, cut, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.probing.served import Served


# The longest name from a server in a sentence, in characters.
_LONGEST_SENTENCE = 1000
# The number of OCSP URIs that are shown of a certificate; httpd uses the first.
_MOST_URIS = 3


def probe_report(probed: Sequence[Served], paint: Paint) -> str:
    """A block for each server: what it sent, and its problems."""
    return "\n".join("\n".join(_block(served, paint)) + "\n" for served in probed)


def _block(served: Served, paint: Paint) -> Iterator[str]:
    name = served.target.servername
    asked = f" ({name})" if name and name != served.target.host else ""
    verdict, colour = _verdict(served)
    yield f"{paint(printable(f'{served.target}{asked}'), 'bold')}: {paint(verdict, 'bold', colour)}"
    yield from (f"    {line}" for line in aligned(list(_facts(served))))


def _verdict(served: Served) -> tuple[str, str]:
    if not served.reached:
        return "no handshake", "red"
    if served.failure:
        return "no handshake with a status", "red"
    if not served.staple_length:
        return "no staple", "red" if served.error else "yellow"
    if served.status == "good" and not served.problem:
        return "a good staple", "red" if served.differences else "green"
    return "a bad staple", "red"


def _facts(served: Served) -> Iterator[list[str]]:
    if served.problem:
        yield ["error", cut(served.problem, _LONGEST_SENTENCE)]
    for difference in served.differences:
        yield ["differs", cut(difference, _LONGEST_SENTENCE)]
    if served.staple_length:
        yield ["staple", _staple(served)]
    if served.reached:
        yield ["tls", f"{served.tls_version}, {served.address}, {served.seconds:.2f} s"]
    for number, certificate in enumerate(served.chain):
        yield ["chain" if number else "certificate", _certificate(certificate)]


def _staple(served: Served) -> str:
    facts = [served.status, f"{served.staple_length} bytes"]
    staple = served.staple
    if staple is not None and staple.this_update:
        facts.append(f"from {moment(staple.this_update)}")
        if staple.next_update:
            facts.append(f"until {moment(staple.next_update)}")
    if staple is not None and staple.signature.signer and not staple.signature.problem:
        facts.append(f"signed by {cut(staple.signature.signer)}")
    if served.verified is None and served.status in ("good", "revoked", "unknown"):
        facts.append("signature not checked: the issuer was not sent")
    return ", ".join(facts)


def _certificate(certificate: Certificate) -> str:
    facts = [cut(certificate.subject), f"issued by {cut(certificate.issuer)}"]
    if certificate.is_self_signed:
        facts = [cut(certificate.subject), "self-signed"]
    facts.append(f"expires {certificate.not_after:%Y-%m-%d}")
    facts += map(cut, certificate.ocsp_uris[:_MOST_URIS])
    if not certificate.ocsp_uris and not certificate.is_ca:
        facts.append("no OCSP URI")
    if certificate.must_staple:
        facts.append("must-staple")
    return ", ".join(facts)
