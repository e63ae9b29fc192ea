"""Stapling handed to mod_md, which fetches responses in the background and renews them ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import from_variable, in_main_server, replace, uses_variable
from apachestaple.fix.editing.render import MdStapling
from apachestaple.fix.steps.modules import load
from apachestaple.fix.steps.plan import Plan, Repairs
from apachestaple.fix.steps.removal import remove_own_stapling
from apachestaple.httpd.loadable import NotLoadableError
from apachestaple.httpd.numbers import dotted
from apachestaple.mod_ssl.directives import MOD_MD_STAPLES_SINCE
from apachestaple.ocsp.uri import url_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site

_KIN = ("mdstapling", "sslusestapling", "sslstaplingcache", "sslsessioncache")


def hand_to_mod_md(site: Site, repairs: Repairs) -> Plan:
    """Load mod_md, switch its stapling on, and take mod_ssl's out; one after the other."""
    refused = tuple(_obstacles(site))
    if refused:
        return Plan(refused=refused)
    if not site.configuration.has_module("md_module"):
        try:
            return Plan(tuple(load(site, "md_module", "mod_md is to staple", repairs)))
        except NotLoadableError as error:
            return Plan(refused=(f"mod_md cannot staple: {error}",))
    if site.main.switched_on("MDStapling"):
        return Plan(remove_own_stapling(site))
    switch = site.main.own.get("mdstapling")
    lines = repairs.renderer.lines(MdStapling())
    reason = "mod_md staples for every host"
    if switch is None:
        added = in_main_server(site, repairs.renderer, lines, reason, kin=_KIN, module="md_module")
        return Plan(added)
    if uses_variable(switch):
        return Plan(refused=(from_variable(switch),))
    return Plan((replace(switch, lines, reason),))


def _obstacles(site: Site) -> Iterator[str]:
    configuration = site.configuration
    if not configuration.whole:
        yield f"{configuration.main_file}: the main server is not in it"
        return
    version = configuration.version()
    if version < MOD_MD_STAPLES_SINCE:
        since = dotted(MOD_MD_STAPLES_SINCE)
        yield f"mod_md staples since httpd {since}, and this is {dotted(version)}"
    for host in site.tls_hosts:
        urls = [certificate.first_uri for certificate in host.certificates]
        if host.use_stapling and host.force_url and any(u is None or url_fault(u) for u in urls):
            yield (
                f"{host.name} staples by its SSLStaplingForceURL alone, which mod_md does not know"
            )
