"""AS019."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from apachestaple.rules.by_hand import Check
from apachestaple.rules.catalogue import all_rules, find_rule
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.ignore_comment import IgnoreCommentRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import comment_subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.rules.finding import Finding
    from apachestaple.rules.ignore_comments import IgnoreComment

# Longer words, and the words of longer lists, are not compared with the names of the rules.
_LONGEST = 60
_MOST_COMPARED = 20


class UnknownIgnore(IgnoreCommentRule):
    """A comment ignores a rule that does not exist.

    The comment has no effect. Rules are listed in brackets by code or name, separated by commas.
    """

    code = "AS019"
    severity = Severity.ERROR
    effect = Effect.ADVICE
    message = {
        "": "the comment ignores {word}, but no rule has this code or name",
        "empty": "the comment lists no rule in brackets, so it ignores nothing",
    }
    help = {
        "": "Write the code or the name of a rule; apachestaple rules lists them.",
        "similar": "Write {similar}, or the code of the rule.",
        "empty": "Write the rules in brackets: ignore[AS304].",
    }
    by_hand = (
        Check("Search the comment. httpd ignores it.", "grep -n 'apachestaple: ignore' site.conf"),
    )
    bad = (
        Example(CACHE + tls_host("# apachestaple: ignore[AS999]", "SSLUseStapling on")),
        Example(CACHE + tls_host("# apachestaple: ignore[stapling-of]", "SSLUseStapling on")),
        Example(CACHE + tls_host("# apachestaple: ignore", "SSLUseStapling on")),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, comment: IgnoreComment, unused: Sequence[str]) -> Iterator[Finding]:
        if not comment.words:
            yield self.finding(comment_subject(comment), variant="empty")
        for word in comment.words:
            if find_rule(word) is None:
                similar = _similar(word) if len(comment.words) <= _MOST_COMPARED else []
                yield self.finding(
                    comment_subject(comment, word),
                    variant="similar" if similar else "",
                    word=word,
                    similar=similar[0] if similar else "",
                )


def _similar(word: str) -> list[str]:
    return get_close_matches(word.lower()[:_LONGEST], [rule.name for rule in all_rules()], 1, 0.8)
