"""The report of ``probe``."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from apachestaple.ocsp.status import moment
from apachestaple.probing.judging import Verdict, hours
from apachestaple.report.columns import aligned
from apachestaple.report.terminal import Paint, cut, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.probing.judging import Expectations, Judged
    from apachestaple.probing.served import Served
    from apachestaple.probing.targets import Target

_COLOURS = {
    Verdict.OK: "green",
    Verdict.WARNING: "yellow",
    Verdict.CRITICAL: "red",
    Verdict.UNKNOWN: "magenta",
}

# The longest name from a server in a sentence, in characters.
_LONGEST_SENTENCE = 1000
# The number of OCSP URIs that are shown of a certificate; httpd uses the first.
_MOST_URIS = 3


def probe_report(probed: Sequence[Judged], expected: Expectations, paint: Paint) -> str:
    """A block for each server: what it sent, and its problems; then the number of each verdict."""
    blocks = ["\n".join(_block(judged, paint)) + "\n" for judged in probed]
    if len(probed) > 1:
        counts = Counter(judged.verdict for judged in probed)
        numbers = ", ".join(
            f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict]
        )
        blocks.append(f"{len(probed)} servers: {numbers}.\n")
    if not expected.verify:
        blocks.append("The names and chains of the certificates were not checked (--no-verify).\n")
    return "\n".join(blocks)


def _block(judged: Judged, paint: Paint) -> Iterator[str]:
    served = judged.served
    name = printable(name_of(served.target))
    verdict = paint(f"{judged.verdict}, {headline(served)}", "bold", _COLOURS[judged.verdict])
    yield f"{paint(name, 'bold')}: {verdict}"
    yield from (f"    {line}" for line in aligned(list(_facts(judged))))


def name_of(target: Target) -> str:
    """A target, with name and address if these are other ones."""
    text = str(target)
    if target.servername and target.servername != target.host:
        text += f" ({target.servername})"
    if target.address and target.address != target.host:
        text += f" at {target.address}"
    return text


def headline(served: Served) -> str:
    """The result in a few words."""
    if not served.reached:
        return "no handshake"
    if served.failure:
        return "no handshake with a status request"
    if not served.staple_length:
        return "no staple"
    is_good = served.status == "good" and not served.problem_of_staple
    return "a good staple" if is_good else "a bad staple"


def _facts(judged: Judged) -> Iterator[list[str]]:
    served = judged.served
    for problem in judged.problems:
        yield [str(problem.verdict), cut(problem.text, _LONGEST_SENTENCE)]
    if served.earlier:
        yield ["earlier", ", ".join(served.earlier)]
    yield from _sent(served)
    if served.reached:
        where = f", {served.address}" if served.address else ", through the proxy"
        yield ["tls", f"{served.tls_version}{where}, {served.seconds:.2f} s"]
    for other in served.others:
        yield ["", f"To clients that only accept {other.keys}:"]
        yield from _sent(other)


def _sent(served: Served) -> Iterator[list[str]]:
    if served.staple_length:
        yield ["staple", _staple(served)]
    for number, certificate in enumerate(served.chain):
        yield ["chain" if number else "certificate", _certificate(certificate)]


def _staple(served: Served) -> str:
    facts = [served.status, f"{served.staple_length} bytes"]
    staple = served.staple
    if staple is not None and staple.this_update:
        facts.append(f"from {moment(staple.this_update)}")
        if staple.next_update:
            facts.append(f"until {moment(staple.next_update)}")
            facts.append(_left(served, staple.next_update - staple.this_update))
    if staple is not None and staple.signature.signer and not staple.signature.problem:
        facts.append(f"signed by {cut(staple.signature.signer)}")
    if served.verified is None and served.status in ("good", "revoked", "unknown"):
        facts.append("signature not checked: the issuer was not sent")
    return ", ".join(facts)


def _left(served: Served, lifetime: timedelta) -> str:
    """How much of the staple's life is left."""
    left = served.staple_left or timedelta()
    if left <= timedelta() or lifetime <= timedelta():
        return "expired"
    return f"{hours(left):.1f} h left ({min(left / lifetime, 1):.0%} of its life)"


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
