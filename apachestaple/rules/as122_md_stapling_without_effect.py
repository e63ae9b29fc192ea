"""AS122."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.lines import Lines
from apachestaple.mod_ssl.managed import is_on
from apachestaple.rules.by_hand import DUMP, Check, in_effect, staple
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.rule import (
    CACHE,
    MOD_MD,
    Example,
    managed_domain,
    managed_host,
    tls_host,
)
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_ON = f"{MOD_MD}MDStapling on\n"
_OTHERS_OFF = f"{MOD_MD}MDStapleOthers off\n{CACHE}"
_HOST = ("SSLUseStapling on", "MDStapling on")
_DEAD = "dead-responder"
_PLAIN = _ON + managed_domain(certificate=_DEAD) + managed_host()


class MdStaplingWithoutEffect(ServerRule):
    """MDStapling or MDStapleOthers has no effect where it is written.

    mod_md staples if MDStapling is on for the managed domain of a host: in its section, or else in
    the main server. It also staples if MDStapling and MDStapleOthers are both on for the host,
    whether or not the host is managed (staple_here). So MDStapling off in only one of the two
    places does not turn stapling off, and MDStapling on in a host needs MDStapleOthers.
    MDStapleOthers inside of an MDomain section is not used.
    """

    code = "AS122"
    severity = Severity.WARNING
    effect = Effect.IGNORED
    needs_whole = True
    message = {
        "on": "MDStapling on has no effect: MDStapleOthers is off for this host",
        "host": "MDStapling off has no effect: it is on for the managed domain {domain}",
        "domain": "MDStapling off has no effect: it is on for {host}",
        "others": "MDStapleOthers has no effect inside of an MDomain section",
        "": "{name} has no effect",
    }
    help = {
        "on": "Remove MDStapleOthers off, or set MDStapling on in an MDomain that has a name of "
        "this host.",
        "host": "Set MDStapling off in the section of the managed domain, too, or remove the line.",
        "domain": "Set MDStapling off in the virtual host, too, or remove the line.",
        "others": "Set MDStapleOthers in the main server or in a virtual host.",
        "": "Remove the line.",
    }
    by_hand = (
        Check(f"{DUMP} MDStapleOthers is off for the host.", in_effect("MDStap")),
        Check("Request a staple. mod_ssl sends it, and not mod_md.", staple()),
    )
    bad = (
        Example(_OTHERS_OFF + tls_host(*_HOST), as_if=_OTHERS_OFF + tls_host(_HOST[0])),
        Example(
            _ON + managed_domain(certificate=_DEAD) + managed_host("MDStapling off"), as_if=_PLAIN
        ),
        Example(
            _ON + managed_domain("MDStapling off", certificate=_DEAD) + managed_host(), as_if=_PLAIN
        ),
        Example(
            _ON + managed_domain("MDStapleOthers off", certificate=_DEAD) + managed_host(),
            as_if=_PLAIN,
        ),
    )
    # mod_md must staple, and has no response.
    good = (Example(MOD_MD + CACHE + tls_host(*_HOST, certificate=_DEAD)),)

    def check(self, site: Site) -> Iterator[Finding]:
        for domain in site.managed_domains:
            others = domain.own.get("mdstapleothers")
            if others is not None:
                yield self._of(others, "others")
        if "mdstapling" not in site.names:
            return
        idle = [(host, *each) for host in site.tls_hosts for each in _without_effect(host)]
        of_idle = {switch for _, switch, _ in idle}
        own = (host.own.get("mdstapling") for host in site.tls_hosts if not host.is_main)
        # Other hosts may include the same line.
        in_force = Lines(each for each in own if each is not None and each not in of_idle)
        for host, switch, variant in idle:
            if switch not in in_force:
                yield self._of(switch, variant, host)

    def _of(self, switch: Directive, variant: str, host: Host | None = None) -> Finding:
        return self.finding(
            directive_subject(switch),
            variant=variant,
            hosts=(host,) if host else (),
            name=switch.name,
            host=host.name if host else "",
            domain=host.managed[0].name if host and host.managed else "",
        )


def _without_effect(host: Host) -> Iterator[tuple[Directive, str]]:
    """The MDStapling of a host and of its domain that have no effect, each with the variant."""
    own = None if host.is_main else host.own.get("mdstapling")
    of_domain = host.managed[0].own.get("mdstapling") if len(host.managed) == 1 else None
    if own is not None and is_on(own) != host.md_stapling:
        yield own, "on" if is_on(own) else "host"
    if of_domain is not None and not is_on(of_domain) and host.md_stapling:
        yield of_domain, "domain"
