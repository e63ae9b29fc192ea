"""Plans stapling by mod_md, which fetches and renews responses in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import from_variable, in_main_server, replace, uses_variable
from apachestaple.fix.editing.render import MdStapling
from apachestaple.fix.steps.plan import Plan
from apachestaple.httpd.numbers import dotted
from apachestaple.mod_ssl.directives import MOD_MD_STAPLES_SINCE
from apachestaple.mod_ssl.managed import STAPLES_NO_OTHERS, is_on
from apachestaple.ocsp.uri import url_problem
from apachestaple.rules.remedy import StapleByModMd

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy

_KIN = ("mdstapling", "sslusestapling", "sslstaplingcache", "sslsessioncache")


def plan_mod_md(site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """Write MDStapling on into the main server."""
    if not any(isinstance(remedy, StapleByModMd) for remedy in remedies):
        return Plan()
    switch = site.main.own.get("mdstapling")
    lines = renderer.lines(MdStapling())
    reason = "mod_md staples for every host"
    if switch is None:
        added = in_main_server(site, renderer, lines, reason, kin=_KIN, module="md_module")
        return Plan(added)
    if uses_variable(switch):
        return Plan(refused=(from_variable(switch),))
    return Plan((replace(switch, lines, reason),))


def refusals(site: Site) -> Iterator[str]:
    """Why mod_md cannot staple for a site."""
    configuration = site.configuration
    if not configuration.whole:
        yield f"{configuration.main_file} is not the main file of a server"
        return
    version = configuration.version()
    if version < MOD_MD_STAPLES_SINCE:
        since = dotted(MOD_MD_STAPLES_SINCE)
        yield f"mod_md staples since httpd {since}, but this is {dotted(version)}"
    if version == STAPLES_NO_OTHERS:
        yield f"mod_md of httpd {dotted(version)} staples only for hosts in an MDomain"
    switch = next((d for d in map(_others, site.tls_hosts) if d is not None), None)
    if switch is not None:
        yield (
            f"MDStapleOthers is off in {switch.file}:{switch.line}, so mod_md staples only for "
            "hosts in an MDomain"
        )
    for host in site.tls_hosts:
        urls = [certificate.first_uri for certificate in host.certificates]
        if host.use_stapling and host.force_url and any(u is None or url_problem(u) for u in urls):
            yield (
                f"{host.name} only staples with SSLStaplingForceURL, which mod_md does not support"
            )


def _others(host: Host) -> Directive | None:
    """The MDStapleOthers that keeps mod_md from a host that it does not manage."""
    switch = host.setting("MDStapleOthers")
    return None if host.managed or switch is None or is_on(switch) else switch
