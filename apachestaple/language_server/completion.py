"""Completion of the directives for stapling, and of their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.fix.steps.cache import DEFAULT_PATH, cache_path
from apachestaple.httpd.loadable import is_loadable
from apachestaple.language_server.in_effect import source_files
from apachestaple.language_server.statement import sections_around, statement_at
from apachestaple.mod_ssl.cache import LONGEST_DBM_RESPONSE, PROVIDERS, recommended_size
from apachestaple.mod_ssl.descriptions import DESCRIPTIONS
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.language_server.statement import Position, Span
    from apachestaple.mod_ssl.descriptions import Description
    from apachestaple.mod_ssl.site import Site

# Sections in which httpd accepts the directives of the section around.
_TRANSPARENT = frozenset(
    f"<if{name}" for name in ("module", "define", "version", "file", "directive", "section")
)
_MACRO = "<macro"
_VIRTUAL_HOST = "<virtualhost"


class Completion(NamedTuple):
    """A proposal.

    Attributes:
        label: what the list shows.
        new_text: what replaces the range.
        span: the range, which is the word at the cursor.
        detail: a few words beside the label.
        text: what it does.
        is_name: whether it is the name of a directive, and not a value.

    """

    label: str
    new_text: str
    span: Span
    detail: str = ""
    text: str = ""
    is_name: bool = False


def completions(text: str, path: str, position: Position, site: Site | None) -> list[Completion]:
    """The proposals at a position in a file, whose text in the editor is ``text``."""
    statement = statement_at(text, position)
    if statement is None or statement.here.span.start.line != statement.here.span.end.line:
        return []
    span = statement.here.span
    if statement.at == 0:
        if statement.here.text.startswith("<"):
            return []
        around = sections_around(text, statement.number)
        if site is not None:
            around = [*_around_file(site, path), *around]
        return [_name(each, span) for each in _allowed(around, site)]
    if statement.at == 1:
        return [
            Completion(value, value, span, detail) for value, detail in _values(statement.key, site)
        ]
    return []


def _name(description: Description, span: Span) -> Completion:
    detail = f"{description.argument}, default: {description.default}"
    return Completion(description.name, description.name, span, detail, description.text, True)


def _allowed(around: Sequence[str], site: Site | None) -> Iterator[Description]:
    """The directives that httpd accepts inside of these sections."""
    sections = [section for section in around if section not in _TRANSPARENT]
    # A macro may be used anywhere.
    is_open = _MACRO in sections
    if not is_open and any(section != _VIRTUAL_HOST for section in sections):
        return
    version = site.configuration.version() if site is not None else None
    for key, description in DESCRIPTIONS.items():
        known = STAPLING_DIRECTIVES.get(key)
        is_new = known is not None and version is not None and known.since > version
        if not is_new and (is_open or not sections or description.in_virtual_host):
            yield description


def _around_file(site: Site, path: str) -> list[str]:
    """The keys of the sections around the Include that reads a file; the first one counts."""
    around: list[str] = []
    seen: set[str] = set()
    files = source_files(site, path)
    while files and files[0].path not in seen:
        seen.add(files[0].path)
        inclusions = site.configuration.inclusions.get(files[0].path, [])[:1]
        for inclusion in inclusions:
            around = [*sections_around(inclusion.by.shown, inclusion.position), *around]
        files = [inclusion.by for inclusion in inclusions]
    return around


def _values(key: str, site: Site | None) -> Iterator[tuple[str, str]]:
    """Values for the first argument of a directive, each with a detail."""
    directive = STAPLING_DIRECTIVES.get(key)
    if key == "sslengine":
        yield from (("on", ""), ("off", "default"))
    elif directive is None:
        return
    elif directive.kind is Kind.FLAG:
        for value in ("on", "off"):
            yield value, "default" if value == directive.default else ""
    elif directive.kind is Kind.SECONDS and directive.default is not None:
        yield str(directive.default), "seconds, default"
    elif directive.kind in (Kind.URL, Kind.PROXY):
        yield "http://", ""
    elif directive.kind is Kind.CACHE:
        yield from _caches(site)


def _caches(site: Site | None) -> Iterator[tuple[str, str]]:
    """A cache of each provider whose module is loaded, or can be loaded."""
    size, path, number = recommended_size([]), DEFAULT_PATH, 0
    if site is not None:
        size, known = site.needed_cache_size(None), cache_path(site, None)
        path = known if known.isprintable() else DEFAULT_PATH
        number = len(site.stapled_certificates)
    needs = f"{size:,} bytes in memory" + (f" for {number:,} certificates" if number else "")
    folder = path.rpartition("/")[0]
    for argument, detail in (
        (f"shmcb:{path}({size})", needs),
        ("redis:127.0.0.1:6379", "Redis server"),
        ("memcache:127.0.0.1:11211", "memcached server"),
        (f"dbm:{folder}/ssl_stapling_dbm", f"file; responses up to {LONGEST_DBM_RESPONSE} bytes"),
    ):
        module = PROVIDERS[argument.partition(":")[0]]
        if site is None or site.configuration.may_have_module(module):
            yield argument, detail
        elif is_loadable(site.configuration, module):
            yield argument, f"{detail}; needs {module}"
