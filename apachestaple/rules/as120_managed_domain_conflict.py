"""AS120."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.managed import ManagedDomains, matches_server_names
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.rule import MOD_MD, Example, tls_host
from apachestaple.rules.subject import directive_subject, host_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_MANUAL = f"{MOD_MD}MDRenewMode manual\n"
_ALIAS = tls_host("ServerAlias example.com", name="www.example.com")


class ManagedDomainConflict(ServerRule):
    """A name is in two managed domains, or a host with TLS has names of two.

    mod_md compares the names of all domains (merge_mds_with_conf), and assigns a domain to each
    host that has one of its names as ServerName or ServerAlias. A host with TLS can have one domain
    (get_certificates). With MDMatchNames servernames, aliases do not count. `httpd -t` passes,
    and the server exits.
    """

    code = "AS120"
    severity = Severity.ERROR
    effect = Effect.DOES_NOT_START
    log_id = "AH10038"
    needs_whole = True
    message = {
        "": "{name} is in the managed domains {first} and {second}",
        "host": "{host} has names of {count} managed domains: {domains}",
    }
    help = {
        "": "Remove the name from one of the two domains.",
        "host": "Put all names of this host into one MDomain, or set MDMatchNames servernames.",
    }
    bad = (
        Example(f"{_MANUAL}MDomain example.com\nMDomain example.org example.com\n{tls_host()}"),
        Example(f"{_MANUAL}MDomain *.example.com\nMDomain www.example.com\n{tls_host()}"),
        Example(
            f"{_MANUAL}MDomain example.com\nMDomain www.example.com\n{_ALIAS}", log_id="AH10238"
        ),
    )
    good = (
        Example(f"{_MANUAL}MDomain example.com\nMDomain example.org\n{tls_host()}"),
        Example(
            f"{_MANUAL}MDMatchNames servernames\n"
            f"MDomain example.com\nMDomain www.example.com\n{_ALIAS}"
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        overlaps: list[Finding] = []
        if not matches_server_names(site.main):
            overlaps += [
                self.finding(
                    directive_subject(second.directive),
                    name=name,
                    first=first.name,
                    second=second.name,
                )
                for first, second, name in ManagedDomains(site.managed_domains).overlaps()
            ]
        # httpd exits before it looks at the hosts.
        yield from overlaps or self._hosts(site)

    def _hosts(self, site: Site) -> Iterator[Finding]:
        for host in site.hosts:
            if len(host.managed) > 1 and host.is_tls:
                yield self._host(host, site)

    def _host(self, host: Host, site: Site) -> Finding:
        return self.finding(
            host_subject(host, site),
            variant="host",
            hosts=(host,),
            log_id="AH10238",
            host=host.name,
            count=len(host.managed),
            domains=", ".join(domain.name for domain in host.managed),
        )
