"""Comments of ``fix`` that give the reason for the line below: ``# apachestaple: REASON``.

An ``SSLUseStapling off`` below such a comment is one of ``fix``, not of the administrator. Other
comments with ``apachestaple:``, such as an administrator's, are no reasons.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.words import lower, next_word
from apachestaple.mod_ssl.stapling_problem import StaplingProblemKind as Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.httpd.configuration import Directive
    from apachestaple.httpd.source_file import SourceFile
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


class ReasonComment(NamedTuple):
    """A comment of ``fix``: the number of its line, and the reason in it."""

    line: int
    reason: str


def left_comments(file: SourceFile) -> Iterator[ReasonComment]:
    """The comments with a reason that no longer stand above an SSLUseStapling."""
    lines = file.lines.text
    for index, line in enumerate(lines):
        reason = find_reason(line)
        if reason is not None and not _is_above_switch(lines, index):
            yield ReasonComment(file.first_line(index), reason)


def _is_above_switch(lines: Sequence[str], index: int) -> bool:
    """Whether the line after a comment is an SSLUseStapling; other comments may be between."""
    for line in lines[index + 1 :]:
        text = line.strip()
        if find_reason(text) is not None:
            return False
        if text and not text.startswith("#"):
            name = lower(next_word(text)[0])
            # The template of an administrator may have a condition around the line.
            return name == "sslusestapling" or name.startswith("<if")
    return False


def reason_of_switch(host: Host, *, on: bool) -> str:
    """The reason for an SSLUseStapling of a host; ``""`` if ``on`` needs no reason."""
    if on:
        return _MUST_STAPLE if host.must_staple else ""
    problems = filter(None, map(host.problem_of, host.served))
    return next((_OFF[each.kind] for each in problems if each.kind in _OFF), _WAS_OFF)
