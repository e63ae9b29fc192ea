"""The two switches that keep a responder's errors from clients; they only work together."""

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
from apachestaple.fix.steps.plan import Plan, Repairs

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site

_RETURN = "sslstaplingreturnrespondererrors"
_FAKE = "sslstaplingfaketrylater"


def repair_responder_errors(site: Site, repairs: Repairs) -> Plan:
    """Both off in the main server where nothing else is said; the second beside the first."""
    if not site.configuration.whole:
        return Plan()
    edits: dict[tuple[str, int, str], Edit] = {}
    refused: list[str] = []
    # For ten thousand hosts there are two answers.
    both_off = cache(partial(_both_off, site, repairs))
    for host in site.stapling_hosts:
        errors, use = host.setting(_RETURN), host.setting("SSLUseStapling")
        if errors is None and use is not None and repairs.wanted("AS503", use, site):
            changes = both_off(host.flag("SSLStaplingFakeTryLater"))
        elif errors is not None and host.fakes_try_later and repairs.wanted("AS502", errors, site):
            changes = _complete(errors, host.setting(_FAKE), repairs, refused)
        else:
            continue
        for edit in changes:
            edits.setdefault((edit.file, edit.line, edit.where), edit)
    return Plan(tuple(edits.values()), tuple(dict.fromkeys(refused)))


def _both_off(site: Site, repairs: Repairs, is_fake: bool) -> tuple[Edit, ...]:
    fake = is_fake and site.main.own.get(_FAKE) is None
    snippet = ResponderErrors(return_responder_errors=True, fake_try_later=fake)
    lines = repairs.renderer.lines(snippet)
    return in_main_server(
        site, repairs.renderer, lines, "a failing responder's errors are not stapled"
    )


def _complete(
    errors: Directive, fake: Directive | None, repairs: Repairs, refused: list[str]
) -> tuple[Edit, ...]:
    snippet = ResponderErrors(return_responder_errors=False, fake_try_later=True)
    lines = repairs.renderer.lines(snippet)
    reason = "a failing responder's errors are not stapled"
    if fake is not None:
        if uses_variable(fake):
            refused.append(from_variable(fake))
            return ()
        return (replace(fake, lines, reason),)
    return (Edit(real_file(errors), errors.line, Where.AFTER, lines, reason),)
