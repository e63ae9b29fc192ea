"""Settings with which stapling cannot work, and without which it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import from_variable, remove, uses_variable
from apachestaple.fix.steps.plan import Plan, Repairs
from apachestaple.lint.lint import lint
from apachestaple.ocsp.switched_off import switched_off
from apachestaple.ocsp.uri import url_fault
from apachestaple.rules.catalogue import find_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.fix.editing.edit import Edit
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site

# By the rule that finds them, why httpd's default is better.
_REASONS = {
    "AS110": "with a timeout of 0 every query fails",
    "AS111": "with a timeout of 0 no response is kept",
    "AS402": "the certificates name responders that can be asked",
}


def remove_unusable(site: Site, repairs: Repairs) -> Plan:
    """Take out timeouts of 0, and a SSLStaplingForceURL that spoils what the certificates say."""
    edits: dict[tuple[str, int], Edit] = {}
    refused: dict[str, None] = {}
    for code, directive in (*_timeouts(site, repairs), *_forced(site, repairs)):
        place = (directive.file, directive.line)
        if uses_variable(directive):
            refused[from_variable(directive)] = None
        else:
            edits.setdefault(place, remove(directive, _REASONS[code]))
    return Plan(tuple(edits.values()), tuple(refused))


def _timeouts(site: Site, repairs: Repairs) -> Iterator[tuple[str, Directive]]:
    rules = [rule for code in ("AS110", "AS111") if (rule := find_rule(code))]
    wanted = [rule for rule in rules if rule.code in repairs.codes]
    found = {(f.place.file, f.place.line): f.rule for f in lint(site, wanted)}
    for directive in site.ssl_directives if found else ():
        code = found.get((directive.file, directive.line))
        if code is not None:
            yield code, directive


def _forced(site: Site, repairs: Repairs) -> Iterator[tuple[str, Directive]]:
    by_directive: dict[Directive, list[Host]] = {}
    for host in site.stapling_hosts:
        directive = host.setting("SSLStaplingForceURL")
        if directive is not None and host.force_url and url_fault(host.force_url):
            by_directive.setdefault(directive, []).append(host)
    for directive, hosts in by_directive.items():
        certificates = [certificate for host in hosts for certificate in host.certificates]
        if all(map(_can_be_stapled, certificates)) and repairs.wanted("AS402", directive, site):
            yield "AS402", directive


def _can_be_stapled(certificate: HostCertificate) -> bool:
    """Whether it can by the responder that it names itself."""
    url = certificate.first_uri
    if url is None or certificate.issuer_found is False:
        return False
    return url_fault(url) is None and switched_off(url) is None
