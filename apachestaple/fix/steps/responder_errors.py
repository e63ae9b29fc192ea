"""Plans the two switches for the errors of responders, which only work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.edit import Edit, Where
from apachestaple.fix.editing.place import (
    from_variable,
    in_main_server,
    is_editable,
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
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy

_RETURN = "sslstaplingreturnrespondererrors"
_FAKE = "sslstaplingfaketrylater"
_REASON = "errors of responders are not stapled"


def plan_responder_errors(site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """Turn both off in the main server if neither is set, else the second next to the first.

    If the second is missing in several places, it is turned off once in the main server.
    """
    wanted = (remedy for remedy in remedies if isinstance(remedy, HideResponderErrors))
    hosts = [host for remedy in wanted for host in remedy.hosts]
    lines = _in_main(site, hosts)
    edits: dict[tuple[str, int, str], Edit] = {}
    refused: dict[str, None] = {}
    if lines.return_responder_errors or lines.fake_try_later:
        for edit in in_main_server(site, renderer, renderer.lines(lines), _REASON):
            edits[(edit.file, edit.line, edit.where)] = edit
    fake_off = renderer.lines(ResponderErrors(return_responder_errors=False, fake_try_later=True))
    for host in hosts:
        errors, fake = host.setting(_RETURN), host.setting(_FAKE)
        if fake is not None and uses_variable(fake):
            refused[from_variable(fake)] = None
        elif fake is not None and host.flag("SSLStaplingFakeTryLater"):
            place = real_file(fake), fake.line, Where.REPLACE
            edits.setdefault(place, replace(fake, fake_off, _REASON))
        elif fake is None and errors is not None and not lines.fake_try_later:
            place = real_file(errors), errors.line, Where.AFTER
            edits.setdefault(place, Edit(*place, fake_off, _REASON))
    return Plan(tuple(edits.values()), tuple(refused))


def _in_main(site: Site, hosts: Sequence[Host]) -> ResponderErrors:
    """The lines for the main server."""
    unset = [host for host in hosts if host.setting(_RETURN) is None]
    inheriting = [host for host in hosts if host.setting(_FAKE) is None]
    first = {
        (real_file(errors), errors.line, is_editable(site, errors))
        for errors in (host.setting(_RETURN) for host in inheriting)
        if errors is not None
    }
    is_beside = len(first) == 1 and all(editable for _, _, editable in first)
    return ResponderErrors(
        return_responder_errors=bool(unset),
        fake_try_later=bool(inheriting) and (bool(unset) or not is_beside),
    )
