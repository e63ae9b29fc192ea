"""AS018."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import Check
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.ignore_comment import IgnoreCommentRule
from apachestaple.rules.remedy import RemoveIgnore
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import comment_subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.rules.finding import Finding
    from apachestaple.rules.ignore_comments import IgnoreComment


class UnusedIgnore(IgnoreCommentRule):
    """A comment ignores a rule that reports nothing there.

    The comment would hide a problem that comes back later. It is only reported if the rule was
    applied. That is not the case if the rule is not selected, needs the responses of responders or
    a certificate that was not read, or if the line below the comment is not in effect.
    """

    code = "AS018"
    severity = Severity.WARNING
    effect = Effect.ADVICE
    fix = Fix.SAFE
    message = "the comment ignores {words}, which reports nothing here"
    help = "Remove {words} from the comment."
    repair = "`fix` removes the word from the comment, and the comment if it ignores nothing else."
    by_hand = (
        Check("Search the comment. httpd ignores it.", "grep -n 'apachestaple: ignore' site.conf"),
    )
    bad = (
        Example(CACHE + tls_host("# apachestaple: ignore[AS101]", "SSLUseStapling on")),
        Example("# apachestaple: ignore-file[AS101]\n" + CACHE + tls_host("SSLUseStapling on")),
    )
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling on")))

    def check(self, comment: IgnoreComment, unused: Sequence[str]) -> Iterator[Finding]:
        if unused:
            yield self.finding(
                comment_subject(comment),
                remedy=RemoveIgnore(comment=comment, words=tuple(unused)),
                words=" and ".join(unused),
            )
