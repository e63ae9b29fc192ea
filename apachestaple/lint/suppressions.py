"""Which findings the comments of a site ignore, and which comments ignore nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.lint.focus import is_in_focus
from apachestaple.lint.joining import in_hosts
from apachestaple.rules.catalogue import find_rule
from apachestaple.rules.ignore_comments import MARK, ignore_comments
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.kinds.ignore_comment import IgnoreCommentRule
from apachestaple.rules.kinds.read_error import ReadErrorRule
from apachestaple.rules.kinds.read_note import ReadNoteRule
from apachestaple.rules.kinds.setting import SettingRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apachestaple.httpd.source_file import SourceFile
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.ignore_comments import IgnoreComment
    from apachestaple.rules.rule import Rule

# Rules of these kinds do not need certificates.
_WITHOUT_CERTIFICATES = (DirectiveRule, ReadErrorRule, ReadNoteRule, SettingRule)

# The number of comments directly above a line that can apply to it.
_MOST_ABOVE = 16


class _Word(NamedTuple):
    """A word in a comment."""

    file: str
    line: int
    text: str


class _InEffect(NamedTuple):
    """What was read of a site.

    Attributes:
        lines: file and line of each directive in effect.
        certificates: whether all certificates were read.

    """

    lines: frozenset[tuple[str, int]]
    certificates: bool


class Suppressions:
    """The comments of all sites.

    ``suppress`` is called with each finding, and ``findings`` at the end.
    """

    def __init__(self, rules: Sequence[Rule], *, has_answers: bool) -> None:
        self._rules = [rule for rule in rules if isinstance(rule, IgnoreCommentRule)]
        self._applied = {rule.code: rule for rule in rules if not rule.needs_answers or has_answers}
        self._by_file: dict[str, dict[int, list[IgnoreComment]]] = {}
        # Words that ignore a finding, and those of which this is not known.
        self._used: set[_Word] = set()
        self._open: set[_Word] = set()

    def suppress(self, finding: Finding, site: Site) -> bool:
        """Whether a comment ignores a finding: on its lines, above them, or for its file."""
        place = finding.place
        if place.file not in site.annotated_files:
            return False
        by_line = self._comments(place.file, site)
        near = [c for n in range(place.line, place.end_line + 1) for c in by_line.get(n, ())]
        file = site.annotated_files[place.file]
        for above in range(place.line - 1, place.line - 1 - _MOST_ABOVE, -1):
            if not _is_ours(file, above):
                break
            near += by_line.get(above, ())
        near += by_line.get(0, ())
        found = [
            _Word(place.file, comment.place.line, word)
            for comment in near
            if (word := comment.lists(finding.code, finding.name)) is not None
        ]
        self._used.update(found)
        return bool(found)

    def findings(self, sites: Iterable[Site]) -> Iterator[Finding]:
        """What the rules about comments find."""
        if not self._rules:
            return
        sites = [site for site in sites if site.annotated_files]
        for site in sites:
            effect = _in_effect(site)
            for comment in self._all(site):
                words = (w for w in comment.words if not self._is_judged(w, comment, site, effect))
                self._open.update(_Word(comment.place.file, comment.place.line, w) for w in words)
        for site in sites:
            found = (each for comment in self._all(site) for each in self._about(comment))
            for finding in in_hosts(found, site):
                if is_in_focus(finding, site) and not self.suppress(finding, site):
                    yield finding

    def _about(self, comment: IgnoreComment) -> Iterator[Finding]:
        place = comment.place
        unused = [
            word
            for word in dict.fromkeys(comment.words)
            if (named := _Word(place.file, place.line, word)) not in self._used
            and named not in self._open
        ]
        for rule in self._rules:
            yield from rule.check(comment, unused)

    def _is_judged(self, word: str, comment: IgnoreComment, site: Site, effect: _InEffect) -> bool:
        """Whether the rule was applied to the lines of the comment."""
        rule = find_rule(word)
        if rule is None or rule.code not in self._applied or isinstance(rule, IgnoreCommentRule):
            return False
        if rule.needs_whole and not site.configuration.is_complete:
            return False
        if site.configuration.is_template:
            # What it ignores may depend on the values of the template.
            return False
        if not isinstance(rule, _WITHOUT_CERTIFICATES) and not effect.certificates:
            return False
        return comment.is_for_file or _has_effect_below(comment, site, effect)

    def _all(self, site: Site) -> Iterator[IgnoreComment]:
        """The comments on lines of their own."""
        for path in site.annotated_files:
            for comments in self._comments(path, site).values():
                yield from (comment for comment in comments if comment.is_line)

    def _comments(self, path: str, site: Site) -> dict[int, list[IgnoreComment]]:
        """The comments of a file by line; those for the whole file are at line 0."""
        known = self._by_file.get(path)
        if known is None:
            known = self._by_file[path] = {}
            for comment in ignore_comments(site.annotated_files[path]):
                line = 0 if comment.is_for_file else comment.place.line
                known.setdefault(line, []).append(comment)
        return known


def _in_effect(site: Site) -> _InEffect:
    certificates = (each for host in site.hosts for each in host.certificates)
    return _InEffect(
        frozenset((d.file, d.line) for d in site.configuration.directives),
        all(certificate.leaf is not None for certificate in certificates),
    )


def _has_effect_below(comment: IgnoreComment, site: Site, effect: _InEffect) -> bool:
    """Whether httpd executes the line below a comment, or it has no directive."""
    file = site.annotated_files[comment.place.file]
    line = comment.place.line + 1
    last = line + _MOST_ABOVE
    while line < last and _is_ours(file, line):
        line += 1
    text = file.physical_line(line).strip()
    return not text or text.startswith("#") or (comment.place.file, line) in effect.lines


def _is_ours(file: SourceFile, line: int) -> bool:
    """Whether a line is a comment of apachestaple; several may stand above a directive."""
    text = file.physical_line(line).lstrip()
    return text.startswith("#") and MARK in text
