"""The goal of fix: which findings it repairs, and which remedies it adds itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import real_file
from apachestaple.fix.editing.snippet import is_own_file
from apachestaple.fix.steps.mod_md import refusals
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.mod_ssl.reloads import running_cache
from apachestaple.rules.remedy import (
    AskThroughProxy,
    LoadModule,
    RemoveStapling,
    RenameDirective,
    ReplaceWebCharacters,
    StapleByModMd,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.remedy import Remedy

_MD_MODULE = "md_module"


class Purpose(StrEnum):
    """What fix does about stapling."""

    REPAIR = "repair"
    DISABLE = "disable"
    USE_MOD_MD = "use-mod-md"


@dataclass(frozen=True, slots=True)
class Goal:
    """The goal of fix, from its options.

    Attributes:
        purpose: what fix does about stapling.
        unsafe: whether unsafe remedies are applied.
        proxy: URL of a proxy for queries to responders, or ``None``.

    """

    purpose: Purpose = Purpose.REPAIR
    unsafe: bool = False
    proxy: str | None = None

    def accepts(self, remedy: Remedy) -> bool:
        """Whether the remedy of a finding is applied."""
        if self.purpose is not Purpose.REPAIR:
            # Only corrections of names, so that every directive to remove is recognised.
            return isinstance(remedy, (RenameDirective, ReplaceWebCharacters))
        return remedy.safe or self.unsafe

    def reports(self, finding: Finding) -> bool:
        """Whether a remaining finding is reported; "stapling is off" is not after ``--disable``."""
        return self.purpose is not Purpose.DISABLE or not finding.rule.wants_stapling

    def refusals(self, site: Site) -> tuple[str, ...]:
        """Why the purpose is not possible for a site."""
        return tuple(refusals(site)) if self.purpose is Purpose.USE_MOD_MD else ()

    def kept_cache(self, site: Site) -> Directive | None:
        """The SSLStaplingCache that stays when stapling is removed, for a running httpd."""
        if self.refusals(site):
            return None
        if self.purpose is Purpose.REPAIR:
            cache = running_cache(site)
            return cache if cache in _idle_in_own_file(site) else None
        return running_cache(site)

    def remedies(self, site: Site) -> Iterator[Remedy]:
        """The remedies that do not depend on findings."""
        if self.proxy is not None:
            yield AskThroughProxy(url=self.proxy)
        if self.purpose is Purpose.DISABLE:
            yield _all_stapling(site)
        elif self.purpose is Purpose.USE_MOD_MD and not self.refusals(site):
            yield _next_to_mod_md(site)
        elif self.purpose is Purpose.REPAIR:
            yield _removal(site, _idle_in_own_file(site))


def _next_to_mod_md(site: Site) -> Remedy:
    """The next step: load mod_md, set MDStapling, or remove mod_ssl's stapling."""
    if not site.configuration.has_module(_MD_MODULE):
        return LoadModule(module=_MD_MODULE, reason="mod_md is needed for stapling")
    if not site.main.switched_on("MDStapling"):
        return StapleByModMd()
    return _removal(
        site,
        (
            directive
            for directive in site.configuration.directives
            if directive.key in STAPLING_DIRECTIVES and directive.key != "sslocspproxyurl"
        ),
    )


def _all_stapling(site: Site) -> RemoveStapling:
    """Remove all stapling directives, also mod_md's, except the cache of a running httpd."""
    # SSLOCSPEnable uses the proxy as well.
    checks_clients = any(
        first_argument(directive).lower() not in ("", "off")
        for directive in site.configuration.named("SSLOCSPEnable")
    )
    kept = {"sslocspproxyurl"} if checks_clients else set()
    return _removal(
        site,
        (
            directive
            for directive in site.configuration.directives
            if directive.key not in kept
            and (directive.key in STAPLING_DIRECTIVES or directive.key.startswith("mdstapl"))
        ),
    )


def _idle_in_own_file(site: Site) -> list[Directive]:
    """The directives in the file that an earlier fix has made, if stapling is off everywhere."""
    configuration = site.configuration
    if not configuration.whole or site.main.use_stapling:
        return []
    own = {path for path, file in configuration.files.items() if is_own_file(file)}
    if not own or any(host.use_stapling for host in site.tls_hosts):
        return []
    return [
        directive
        for directive in configuration.directives
        if directive.file in own
        and directive.key in STAPLING_DIRECTIVES
        and directive.key != "sslocspproxyurl"
    ]


def _removal(site: Site, directives: Iterable[Directive]) -> RemoveStapling:
    """Remove directives, except the cache that a running httpd needs to reload."""
    cache = running_cache(site)
    kept = None if cache is None else _place(cache)
    return RemoveStapling(directives=tuple(d for d in directives if _place(d) != kept))


def _place(directive: Directive) -> tuple[str, int]:
    """The place where a directive is edited, which several directives can share."""
    return real_file(directive), directive.line
