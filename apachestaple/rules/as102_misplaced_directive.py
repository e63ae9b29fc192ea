"""AS102."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.commands import COMMANDS, Where
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.mod_ssl.walk import DIRECTORY_SECTIONS
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.remedy import MoveOutOfSection
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.mod_ssl.ssl_directives import SameName
    from apachestaple.rules.finding import Finding

# The contexts of directives that httpd allows in a virtual host.
_IN_HOST = frozenset({Where.SERVER, Where.SERVER_AND_PROXY, Where.ANYWHERE})
_HOST = CACHE + tls_host("SSLUseStapling on")


class MisplacedDirective(DirectiveRule):
    """A directive of mod_ssl is in a section where httpd does not allow it.

    Stapling is a setting of a server. httpd accepts its directives in the main server and in a
    `<VirtualHost>`, and rejects them in `<Directory>`, `<Location>`, `<Files>`, `<If>` and similar
    sections. `fix` moves them into the host that contains the section, or removes them if that has
    its own. Some directives of mod_ssl are only allowed in the main server, and some only in a
    section for folders.
    """

    code = "AS102"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    fix = Fix.SAFE
    holds_for_any_value = True
    # SSLStaplingCache has a rule of its own.
    names = frozenset(COMMANDS) - {"sslstaplingcache"}
    message = {
        "": "{written} is not allowed in {section}>",
        "main server": "{written} is not allowed in {section}>",
        "folder": "{written} is not allowed outside of a section for folders, URLs or files",
    }
    help = {
        "": "Move it into the <VirtualHost>, or into the main server.",
        "main server": "Move it into the main server, outside of every section.",
        "folder": "Move it into a <Directory>, <Location> or <Files>.",
    }
    repair = (
        "`fix` moves a stapling directive into the virtual host that contains the section, else "
        "into the main server. It removes the line if the directive is set there. It does not "
        "move other directives of mod_ssl."
    )
    bad = (
        Example(
            CACHE + "<Directory />\n    SSLUseStapling on\n</Directory>\n" + tls_host(),
            rejection="not allowed",
        ),
        Example(
            CACHE + tls_host("<Location />", "SSLUseStapling on", "</Location>"),
            rejection="not allowed",
        ),
        Example(
            _HOST + "<Directory />\n    SSLCACertificateFile certs/good.pem\n</Directory>\n",
            rejection="does not have support for per-directory CA",
            fixable=False,
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLSessionCache none"),
            rejection="cannot occur within <VirtualHost> section",
            fixable=False,
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLRequireSSL"),
            rejection="not allowed in",
            fixable=False,
        ),
    )
    good = (FIXED, Example(CACHE + "SSLUseStapling on\n" + tls_host()))

    def asks_for(self, key: str, site: Site) -> bool:
        is_known = super().asks_for(key, site)
        return is_known and COMMANDS[key].where is not Where.ANYWHERE and site.has_mod_ssl

    def selected(self, directives: SameName, site: Site) -> Iterable[Directive]:
        where = COMMANDS[directives.all[0].key].where
        return directives.elsewhere if where in _IN_HOST else directives.all

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        known = COMMANDS[directive.key]
        section = directive.parent
        if section is None:
            # What includes a fragment may open a section around it.
            if known.where is not Where.FOLDER or not site.configuration.whole:
                return
        elif _is_allowed(known.where, section):
            return
        yield self.finding(
            directive_subject(directive),
            variant=known.where,
            written=known.name,
            section=section.name if section else "",
            remedy=_remedy(directive, site),
        )


def _remedy(directive: Directive, site: Site) -> MoveOutOfSection | None:
    """The stapling directive is for the host that contains the section, unless that has its own."""
    known = COMMANDS[directive.key]
    if directive.key not in STAPLING_DIRECTIVES or known.problem(directive.arguments):
        return None
    host = site.host_of(directive) or site.main
    if host.is_main and not site.configuration.whole:
        return None
    is_elsewhere = any(
        each.place == directive.place and each not in site.misplaced
        for each in site.configuration.named(directive.key)
    )
    if is_elsewhere:
        # A file that is included in several sections: some of them may allow the line.
        return None
    has_no_tls = not host.is_main and not host.is_tls
    is_set = directive.key in host.own
    return MoveOutOfSection(directive=directive, host=None if is_set or has_no_tls else host)


def _is_allowed(where: Where, section: Directive) -> bool:
    """Whether httpd accepts a directive in a section, which may stand in others."""
    keys = [outer.key for outer in (section, *section.sections())]
    in_folder = not DIRECTORY_SECTIONS.isdisjoint(keys)
    in_proxy = "<proxy" in keys or "<proxymatch" in keys
    match where:
        case Where.MAIN_SERVER:
            return not in_folder and "<virtualhost" not in keys
        case Where.SERVER_AND_PROXY:
            return in_proxy or not in_folder
        case Where.FOLDER:
            # Sections of other modules are not known.
            return in_folder or keys[0] != "<virtualhost"
        case _:
            return not in_folder
