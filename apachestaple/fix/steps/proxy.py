"""Plans SSLOCSPProxyURL, for servers behind a firewall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.place import from_variable, in_main_server, replace, uses_variable
from apachestaple.fix.editing.render import OcspProxy
from apachestaple.fix.steps.plan import Plan
from apachestaple.httpd.numbers import dotted
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.rules.remedy import AskThroughProxy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy

_KEY = "sslocspproxyurl"


def plan_proxy(site: Site, remedies: Sequence[Remedy], renderer: Renderer) -> Plan:
    """Write SSLOCSPProxyURL into the main server; hosts with their own one keep it."""
    url = next((remedy.url for remedy in remedies if isinstance(remedy, AskThroughProxy)), None)
    if url is None or not site.has_mod_ssl:
        return Plan()
    configuration = site.configuration
    since, version = STAPLING_DIRECTIVES[_KEY].since, configuration.version()
    if not configuration.whole:
        reason = f"{configuration.main_file} is not the main file of a server"
    elif version < since:
        names = [dotted(since), dotted(version)]
        reason = (
            f"SSLOCSPProxyURL is available since httpd {names[0]}, but this is {names[1]}; "
            "responders --format tinyproxy and redirect-nftables print a workaround"
        )
    else:
        return _set(site, url, renderer)
    return Plan(refused=(f"no proxy was set: {reason}",))


def _set(site: Site, url: str, renderer: Renderer) -> Plan:
    own = [host.own.get(_KEY) for host in site.virtual_hosts if host.staples]
    refused = tuple(
        f"{directive.file} line {directive.line} was not changed: it sets another proxy"
        for directive in own
        if directive is not None and first_argument(directive) != url
    )
    directive = site.main.own.get(_KEY)
    if directive is not None and first_argument(directive) == url:
        return Plan(refused=refused)
    lines = renderer.lines(OcspProxy(url))
    reason = "responders are queried through a proxy"
    if directive is None:
        return Plan(in_main_server(site, renderer, lines, reason), refused)
    if uses_variable(directive):
        return Plan(refused=(*refused, from_variable(directive)))
    return Plan((replace(directive, lines, reason),), refused)
