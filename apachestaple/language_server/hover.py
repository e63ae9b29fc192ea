"""Hovers: what a directive does, what its hosts get, and what is in a certificate file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.language_server.certificate_text import certificate_lines
from apachestaple.language_server.in_effect import (
    hosts_with,
    replacing,
    variant_at,
    written,
)
from apachestaple.language_server.statement import Span, statement_at
from apachestaple.lint.startup import expected_staple
from apachestaple.mod_ssl.descriptions import DESCRIPTIONS
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.report.terminal import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from apachestaple.httpd.configuration import Directive
    from apachestaple.language_server.markup import Markup
    from apachestaple.language_server.statement import Position, Statement
    from apachestaple.mod_ssl.descriptions import Description
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.rule import Rule

# Hosts that are listed; of more, only the number is shown.
_MOST_HOSTS = 8
_STAPLES = {True: "staples", False: "does not staple", None: "may staple"}
_FILES = ("sslcertificatefile", "sslcertificatechainfile", "sslcacertificatefile")
_OF_HOST = ("<virtualhost", "servername")


class Hover(NamedTuple):
    """A text and the range that it is about."""

    text: str
    span: Span


class Known(NamedTuple):
    """A site that was read and linted.

    Attributes:
        site: the site.
        start_problems: why httpd does not start, by configuration.

    """

    site: Site
    start_problems: Mapping[str, Finding]


def hover(
    text: str, path: str, position: Position, known: Known | None, markup: Markup
) -> Hover | None:
    """What to show at a position in a file; ``None`` if there is nothing to say.

    ``text`` is the text in the editor. ``known`` is ``None`` if the file is in no configuration.
    """
    statement = statement_at(text, position)
    if statement is None or not statement.words or not statement.here.text:
        return None
    description = DESCRIPTIONS.get(statement.key)
    if description is None and statement.key not in _OF_HOST:
        return None
    directives: Sequence[Directive] = ()
    if known is not None:
        site, directives = variant_at(known.site, path, statement.number, statement.key)
        known = known._replace(site=site)
    paragraphs: list[str] = []
    if statement.at == 1 and statement.key in _FILES and known is not None:
        paragraphs += _certificates(known.site, directives, markup)
    is_file = bool(paragraphs)
    if description is not None and not is_file:
        paragraphs += _description(description, markup)
    if known is not None:
        paragraphs += _effect(known, directives, statement, markup)
    if not paragraphs:
        return None
    return Hover("\n\n".join(paragraphs), statement.here.span if is_file else statement.span)


def rule_paragraphs(rules: Iterable[Rule], markup: Markup) -> Iterator[str]:
    """The beginnings of the pages of rules, each once, with links to the rest."""
    for rule in dict.fromkeys(rules):
        title = f"{rule.code} {rule.name}"
        lines = (rule.summary, *filter(None, rule.explanation.splitlines()))
        text = " ".join(map(markup.text, lines))
        page = markup.link("Page of the rule", rule.url)
        yield f"{markup.bold(title)}: {text} Effect: {markup.text(rule.effect.meaning)}. {page}"


def _description(description: Description, markup: Markup) -> Iterator[str]:
    yield markup.code(f"{description.name} {description.argument}")
    yield description.text
    yield (
        f"Default: {description.default}. Allowed in: {description.where}. "
        + markup.link("Manual of httpd", description.manual)
    )


def _certificates(site: Site, directives: Sequence[Directive], markup: Markup) -> Iterator[str]:
    """The certificates in the file that a line names, each file once."""
    configuration = site.configuration
    seen: set[str] = set()
    for directive in directives:
        path, may_read = configuration.certificate_file_of(directive)
        if path in seen or first_argument(directive).startswith("pkcs11:"):
            continue
        seen.add(path)
        if configuration.is_unknown(directive):
            yield markup.text("The path has a variable that is not defined here.")
        elif not may_read:
            yield markup.code(short(path)) + " is outside of the repository and was not read."
        else:
            lines = certificate_lines(site.reader.read(path), markup)
            yield "\n".join((markup.code(short(path)), *(f"- {line}" for line in lines)))


def _effect(
    known: Known, directives: Sequence[Directive], statement: Statement, markup: Markup
) -> Iterator[str]:
    """Where the line is in force, and what the clients of these hosts get."""
    site = known.site
    if statement.key == "servername":
        directives = [each.parent for each in directives if each.parent is not None]
    instead = replacing(site, directives)
    if instead is not None:
        place = instead.place
        yield "httpd uses another line instead: " + markup.code(
            f"{short(place.file)}:{place.line}: {written(instead, site)}"
        )
        return
    if statement.key == "sslstaplingcache":
        yield from _cache(site, directives)
        return
    hosts = dict.fromkeys(host for each in directives for host in hosts_with(site, each))
    listed = [f"- {_host(host, known, markup)}" for host in list(hosts)[:_MOST_HOSTS]]
    if len(hosts) > len(listed):
        listed.append(f"- and {len(hosts) - len(listed):,} more hosts")
    if listed:
        yield "\n".join(listed)


def _cache(site: Site, directives: Sequence[Directive]) -> Iterator[str]:
    cache = site.cache
    if not directives or cache is None or not site.configuration.is_complete:
        return
    number = len(site.stapled_certificates)
    if cache.size is None:
        yield f"Certificates that are stapled: {number:,}."
    else:
        needed = site.needed_cache_size(cache)
        enough = "is enough" if needed <= cache.size else f"is too small; {needed:,} are enough"
        yield (
            f"Certificates that are stapled: {number:,}. The size of {cache.size:,} bytes {enough} "
            "for their responses."
        )


def _host(host: Host, known: Known, markup: Markup) -> str:
    expected = expected_staple(host, known.site, known.start_problems)
    staples = _STAPLES[expected.staples]
    return f"{markup.code(host.name)} {staples}: {markup.text(expected.why)}"
