"""Whether lint and httpd agree about a drawn configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect

if TYPE_CHECKING:
    from apachestaple.rules.finding import Finding
    from tests.drawn.case import Seen
    from tests.drawn.faults import Fault
    from tests.drawn.site import Host, Site
    from tests.lab.ca import KeyType

# A handshake that takes so long waits for a responder. Seconds.
STALL = 4.0

# What can be wrong with a case, and with whom.
NOT_WORKING = "the generator made a configuration that does not work"
FALSE_ALARM = "false alarm"
MISS = "miss"
NOT_SO = "httpd does not do what the finding says"
ALL = (FALSE_ALARM, MISS, NOT_SO, NOT_WORKING)


def of_working(site: Site, seen: Seen) -> str:
    """What is wrong with a case that is to work; nothing where httpd staples and lint is silent."""
    works = seen.accepted and seen.started and not seen.complaints()
    if not works or not all(_is_good(host, seen) for host in site.hosts):
        return NOT_WORKING
    return FALSE_ALARM if seen.loud else ""


def of_broken(site: Site, seen: Seen, code: str, fault: Fault) -> str:
    """What is wrong with a case that has one fault."""
    found = [finding for finding in seen.findings if finding.code == code]
    if not found:
        return MISS
    if {finding.code for finding in seen.loud} - {code}:
        return FALSE_ALARM
    if fault.masked or _is_shown(site, seen, found[0], fault):
        return ""
    return NOT_SO


def _is_shown(site: Site, seen: Seen, finding: Finding, fault: Fault) -> bool:
    """Whether httpd does what the finding says to the hosts that it is about, and to no other."""
    effect = finding.effect
    if effect is Effect.REJECTED:
        return not seen.accepted
    if effect is Effect.DOES_NOT_START:
        logged = finding.log_id is None or finding.log_id in seen.log
        return seen.accepted and not seen.started and logged
    if not seen.started:
        return False
    if effect is Effect.EVICTS_STAPLES:
        certificates = {leaf.name for host in site.hosts for leaf in host.leaves}
        return seen.asked > len(certificates)
    others = [host for host in site.hosts if host not in fault.about]
    if not all(_is_good(host, seen) for host in others):
        return False
    return all(_suffers(host, seen, effect, fault.key) for host in fault.about)


def _suffers(host: Host, seen: Seen, effect: Effect, key: KeyType | None) -> bool:
    """Whether each handshake of a host shows it; those with ``key``, while the others are good."""
    shakes = seen.shakes[host.name]
    hit = [shake for kind, shake in shakes.items() if key in (None, kind)]
    if not all(shake.good for shake in shakes.values() if shake not in hit):
        return False
    connected = all(shake.connected for shake in hit)
    match effect:
        case Effect.ABORTS_HANDSHAKES:
            plain = seen.plain.get(host.name, {}).values()
            return not any(s.connected for s in hit) and all(s.connected for s in plain)
        case Effect.NO_STAPLE:
            return connected and all(shake.staple is None for shake in hit)
        case Effect.BAD_STAPLE:
            return connected and all(shake.staple not in (None, "good") for shake in hit)
        case Effect.STALLS_HANDSHAKES:
            return any(shake.seconds > STALL for shake in hit)
        case _:
            return _is_good(host, seen)


def _is_good(host: Host, seen: Seen) -> bool:
    shakes = seen.shakes.get(host.name, {})
    return bool(shakes) and all(shake.good for shake in shakes.values())
