"""``apachestaple fix``."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.commands.recover import recover_first
from apachestaple.commands.trouble import TroubleError, one_of, tell
from apachestaple.discovery.sites import find_starts
from apachestaple.fix.run import FixError, FixRequest, run_fix
from apachestaple.fix.steps.proxy import ProxyUrlError, checked_proxy
from apachestaple.fix.steps.steps import Purpose
from apachestaple.report.fixes import diff_report, fix_report
from apachestaple.report.terminal import emit, paint_for
from apachestaple.rules.catalogue import select_rules
from apachestaple.rules.finding import is_any_as_bad
from apachestaple.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Wants:
    """What is to become of stapling, beside being repaired; at most one of these."""

    disable: bool = False
    use_mod_md: bool = False
    proxy: str | None = None

    @property
    def purpose(self) -> Purpose:
        """What fix is to do.

        Raises:
            TroubleError: they do not go together.

        """
        if sum((self.disable, self.use_mod_md, self.proxy is not None)) > 1:
            raise TroubleError("--disable, --use-mod-md and --proxy do not go together; give one")
        if self.disable:
            return Purpose.DISABLE
        return Purpose.USE_MOD_MD if self.use_mod_md else Purpose.REPAIR

    @property
    def checked_proxy(self) -> str | None:
        """The URL of the proxy.

        Raises:
            TroubleError: it is none.

        """
        try:
            return None if self.proxy is None else checked_proxy(self.proxy)
        except ProxyUrlError as error:
            raise TroubleError(f"--proxy {error}") from None


@dataclass(frozen=True)
class FixSwitches:
    """What ``fix`` alone can be told."""

    diff: bool = False
    output: str | None = None
    unsafe: bool = False
    backup: bool = True
    outside: bool = False
    configtest: str = "auto"
    wants: Wants = Wants()


def run_fix_command(
    paths: Sequence[str],
    options: Mapping[str, object],
    switches: FixSwitches,
    *,
    config: str | None = None,
) -> int:
    """Repair, or show what would be repaired.

    Raises:
        TroubleError: nothing was changed, and the text says why.

    """
    recover_first(only_look=switches.diff or switches.output is not None)
    settings = load_settings(options, near=paths[0] if paths else None, config=config)
    request = FixRequest(
        diff=switches.diff,
        output=switches.output,
        unsafe=switches.unsafe,
        templates=settings.templates,
        backup=switches.backup,
        outside=switches.outside,
        configtest=one_of("--configtest", switches.configtest, "auto", "always", "never"),
        rules=select_rules(settings.select, settings.ignore),
        certificates_required=settings.certificates_required,
        purpose=switches.wants.purpose,
        proxy=switches.wants.checked_proxy,
    )
    starts, troubles = find_starts(paths, settings)
    if troubles:
        raise TroubleError("; ".join(troubles))
    try:
        outcome = run_fix(starts, request)
    except FixError as error:
        raise TroubleError(str(error)) from None
    paint = paint_for(sys.stdout)
    if switches.diff:
        tell(*outcome.notes)
        emit(diff_report(outcome.diff, paint), exact=True)
        return int(bool(outcome.diff))
    emit(fix_report(outcome, paint))
    return int(is_any_as_bad(outcome.remaining, settings.fail_on))
