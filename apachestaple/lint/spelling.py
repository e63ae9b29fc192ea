"""A copy of a site in which every directive is spelt correctly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apachestaple.httpd.words import lower, next_word
from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.mod_ssl.site import understand
from apachestaple.mod_ssl.spelling import closest_name
from apachestaple.mod_ssl.web_characters import has_web_characters, without_web_characters

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


def spelt_right(site: Site) -> Site | None:
    """The site with corrected names and characters; ``None`` if nothing must be corrected.

    A finding that this site does not have follows only from the spelling.
    """
    corrected = {
        id(directive): _corrected(directive)
        for key, same in site.ssl_directives.by_name.items()
        for directive in same.all
        if key not in COMMANDS or not directive.raw.isascii()
    }
    if not any(corrected.values()):
        return None
    directives = [corrected.get(id(d)) or d for d in site.configuration.directives]
    understood = understand(
        replace(site.configuration, directives=directives),
        certificates_required=site.certificates_required,
        reader=site.reader,
        at_once=False,
    )
    return understood.answered(site.answers)


def _corrected(directive: Directive) -> Directive | None:
    """The corrected directive, or ``None`` if it is correct."""
    key, name, raw = directive.key, directive.name, directive.raw
    if key.startswith(("<", "md")):
        return None
    if has_web_characters(name + raw):
        name, raw = next_word(without_web_characters(f"{name} {raw}"))
    if lower(name) not in COMMANDS:
        name = closest_name(lower(name)) or name
    if (name, raw) == (directive.name, directive.raw):
        return None
    return directive._replace(name=name, key=lower(name), raw=raw)
