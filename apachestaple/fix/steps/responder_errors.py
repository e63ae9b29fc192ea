"""Plans the two switches for the errors of responders, which only work together."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from apachestaple.fix.editing.edit import Edit, Where
from apachestaple.fix.editing.place import (
    from_variable,
    in_main_server,
    real_file,
    replace,
    uses_variable,
)
from apachestaple.fix.editing.render import ResponderErrors
from apachestaple.fix.steps.plan import Plan
from apachestaple.rules.remedy import HideResponderErrors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy

_RETURN = "sslstaplingreturnrespondererrors"
_FAKE = "sslstaplingfaketrylater"
_REASON = "the errors of a responder that fails are not stapled"


def plan_responder_errors(site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """Turn both off in the main server if neither is set, else the second next to the first."""
    edits: dict[tuple[str, int, str], Edit] = {}
    refused: dict[str, None] = {}
    # There are only two results, also for ten thousand hosts.
    both_off = cache(partial(_both_off, site, renderer))
    wanted = (remedy for remedy in remedies if isinstance(remedy, HideResponderErrors))
    for host in (host for remedy in wanted for host in remedy.hosts):
        errors, fake = host.setting(_RETURN), host.setting(_FAKE)
        if errors is None:
            changes = both_off(host.flag("SSLStaplingFakeTryLater"))
        elif fake is not None and uses_variable(fake):
            refused[from_variable(fake)] = None
            continue
        else:
            changes = (_second_off(errors, fake, renderer),)
        for edit in changes:
            edits.setdefault((edit.file, edit.line, edit.where), edit)
    return Plan(tuple(edits.values()), tuple(refused))


def _both_off(site: Site, renderer: Renderer, is_fake: bool) -> tuple[Edit, ...]:
    fake = is_fake and site.main.own.get(_FAKE) is None
    lines = renderer.lines(ResponderErrors(return_responder_errors=True, fake_try_later=fake))
    return in_main_server(site, renderer, lines, _REASON)


def _second_off(errors: Directive, fake: Directive | None, renderer: Renderer) -> Edit:
    lines = renderer.lines(ResponderErrors(return_responder_errors=False, fake_try_later=True))
    if fake is not None:
        return replace(fake, lines, _REASON)
    return Edit(real_file(errors), errors.line, Where.AFTER, lines, _REASON)
