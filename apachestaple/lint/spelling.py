"""A site as it is meant, where a directive is misspelt or has characters of a web page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apachestaple.httpd.words import lower, next_word
from apachestaple.mod_ssl.directives import SSL_NAMES
from apachestaple.mod_ssl.site import understand
from apachestaple.mod_ssl.web_characters import has_web_characters, without_web_characters
from apachestaple.rules.as101_misspelt_directive import meant_name

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site


def as_meant(site: Site) -> Site | None:
    """What the site would be if every directive of mod_ssl were spelt right; ``None`` if it is so.

    What is not found there follows from the spelling alone.
    """
    meant = {
        id(directive): _meant(directive)
        for directive in site.ssl_directives
        if directive.key not in SSL_NAMES or not directive.raw.isascii()
    }
    if not any(meant.values()):
        return None
    directives = [meant.get(id(d)) or d for d in site.configuration.directives]
    configuration = replace(site.configuration, directives=directives)
    meant_site = understand(
        configuration,
        certificates_required=site.certificates_required,
        reader=site.reader,
        at_once=False,
    )
    meant_site.answers = site.answers
    return meant_site


def _meant(directive: Directive) -> Directive | None:
    """The directive spelt right, or ``None`` where it is."""
    key, name, raw = directive.key, directive.name, directive.raw
    if key.startswith(("<", "md")):
        return None
    if has_web_characters(name + raw):
        name, raw = next_word(without_web_characters(f"{name} {raw}"))
    if lower(name) not in SSL_NAMES:
        name = meant_name(lower(name)) or name
    if (name, raw) == (directive.name, directive.raw):
        return None
    return directive._replace(name=name, key=lower(name), raw=raw)
