"""What fix is asked to do: which findings it repairs, and which remedies it adds itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import real_file
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
    """What becomes of stapling."""

    REPAIR = "repair"
    DISABLE = "disable"
    USE_MOD_MD = "use-mod-md"


@dataclass(frozen=True, slots=True)
class Goal:
    """What fix is asked to do.

    Attributes:
        purpose: what becomes of stapling.
        unsafe: whether remedies that change what the site promises are applied.
        proxy: URL of a proxy through which responders are to be asked, or ``None``.

    """

    purpose: Purpose = Purpose.REPAIR
    unsafe: bool = False
    proxy: str | None = None

    def accepts(self, remedy: Remedy) -> bool:
        """Whether the remedy of a finding is applied."""
        if self.purpose is not Purpose.REPAIR:
            # Only what is needed to see every directive that is removed.
            return isinstance(remedy, (RenameDirective, ReplaceWebCharacters))
        return remedy.safe or self.unsafe

    def reports(self, finding: Finding) -> bool:
        """Whether a finding that is left is told: where stapling is removed, its absence is not."""
        return self.purpose is not Purpose.DISABLE or not finding.rule.wants_stapling

    def refusals(self, site: Site) -> tuple[str, ...]:
        """Why what is asked for is not possible for a site."""
        return tuple(refusals(site)) if self.purpose is Purpose.USE_MOD_MD else ()

    def kept_cache(self, site: Site) -> Directive | None:
        """The SSLStaplingCache that stays when stapling is removed, for a running httpd."""
        if self.purpose is Purpose.REPAIR or self.refusals(site):
            return None
        return running_cache(site)

    def remedies(self, site: Site) -> Iterator[Remedy]:
        """What is to be done whatever the findings are."""
        if self.proxy is not None:
            yield AskThroughProxy(url=self.proxy)
        if self.purpose is Purpose.DISABLE:
            yield _all_stapling(site)
        elif self.purpose is Purpose.USE_MOD_MD and not self.refusals(site):
            yield _next_to_mod_md(site)


def _next_to_mod_md(site: Site) -> Remedy:
    """Load mod_md, have it staple, remove mod_ssl's stapling; one after the other."""
    if not site.configuration.has_module(_MD_MODULE):
        return LoadModule(module=_MD_MODULE, reason="mod_md is to staple")
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
    """Every directive of stapling, also by mod_md, but the cache of a running httpd."""
    # The certificates of clients are checked through the proxy, too.
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


def _removal(site: Site, directives: Iterable[Directive]) -> RemoveStapling:
    """Remove these, except the line without which a running httpd could not reload."""
    cache = running_cache(site)
    kept = None if cache is None else _place(cache)
    return RemoveStapling(directives=tuple(d for d in directives if _place(d) != kept))


def _place(directive: Directive) -> tuple[str, int]:
    """Where a directive is edited; a file that is included twice has several at one place."""
    return real_file(directive), directive.line
