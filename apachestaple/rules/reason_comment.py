"""Comments of ``fix`` that give the reason for the line below: ``# apachestaple: REASON``.

An ``SSLUseStapling off`` below such a comment is one of ``fix``, not of the administrator. Other
comments with ``apachestaple:``, such as an administrator's, are no reasons.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind as Kind

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host

_COMMENT = re.compile(r"[ \t]*#[ \t]*apachestaple:[ \t]*(\S[^\r\n]*?)[ \t\r]*")

# The texts contain nothing from a file: a URL of a certificate could contain anything.
_OFF = {
    Kind.SELF_SIGNED: "certificate is self-signed",
    Kind.NO_ISSUER: "issuer's certificate is not in the chain",
    Kind.WRONG_ISSUER: "chain contains a wrong certificate for the issuer",
    Kind.NO_URI: "certificate has no OCSP URI",
    Kind.NO_URI_HERE: "certificate has no OCSP URI",
    Kind.URI_NOT_HTTP: "OCSP URI of the certificate is not http",
    Kind.FORCE_URL_NOT_HTTP: "SSLStaplingForceURL is not http",
    Kind.SWITCHED_OFF: "OCSP responder of the certificate is switched off",
}
_WAS_OFF = "stapling was off before"
_MUST_STAPLE = "certificate requires a staple"
# A text of an earlier version would have to stay here, so that fix still knows its lines.
_REASONS = frozenset({*_OFF.values(), _WAS_OFF, _MUST_STAPLE})


def reason_comment(reason: str) -> str:
    """The comment with a reason."""
    return f"# apachestaple: {reason}"


def find_reason(line: str) -> str | None:
    """The reason in a line; ``None`` if the line is not such a comment."""
    # Most lines have no such comment.
    found = _COMMENT.fullmatch(line) if "apachestaple:" in line else None
    return found[1] if found and found[1] in _REASONS else None


def reason_above(directive: Directive) -> str | None:
    """The reason in the comment directly above a directive; ``None`` if there is none."""
    file = directive.source_file
    reason = find_reason(file.physical_line(directive.line - 1))
    # The line could be the end of a continued line.
    if reason is None or file.physical_line(directive.line - 2).endswith("\\"):
        return None
    return reason


def reason_of_switch(host: Host, *, on: bool) -> str:
    """The reason for an SSLUseStapling of a host; ``""`` if ``on`` needs no reason."""
    if on:
        return _MUST_STAPLE if host.must_staple else ""
    problems = filter(None, map(host.problem_of, host.served))
    return next((_OFF[each.kind] for each in problems if each.kind in _OFF), _WAS_OFF)
