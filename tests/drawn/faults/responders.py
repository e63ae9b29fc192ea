"""Faults of responders, and what is merely advised: AS4xx and AS5xx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.drawn.faults.fault import (
    Fault,
    a_host,
    beside_a_good_one,
    forces,
    given,
    insert,
    of,
    raw,
    shared,
    unforced,
)
from tests.drawn.luck import chance
from tests.drawn.nodes import drop, line, named

if TYPE_CHECKING:
    from random import Random

    from tests.drawn.site import Site


@of("AS401")
def first_uri_not_http(random: Random, site: Site) -> Fault | None:
    return unforced(random, site, "https-responder", "https-first")


@of("AS401")
def first_uri_of_one_of_two_not_http(random: Random, site: Site) -> Fault | None:
    return beside_a_good_one(random, site, "https-responder", "https-first")


@of("AS402")
def force_url_not_http(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None or host.section is None:
        return None
    body = host.section.body
    drop(body, "SSLStaplingForceURL")
    # The lab's proxy would find a responder for it.
    site.remove("SSLOCSPProxyURL")
    url = random.choice(
        (
            *("https://ocsp.example.com/", "ldap://ocsp.example.com/", "http:/ocsp.example.com/"),
            *("ocsp.example.com", "ocsp.example.com:80", "//x/", "/ocsp"),
            f"https{site.ground.responder[4:]}",
        )
    )
    insert(random, body, line("SSLStaplingForceURL", url))
    return Fault(about=(host,), masked=shared(site, host))


@of("AS403")
def responder_switched_off(random: Random, site: Site) -> Fault | None:
    # The lab's proxy would find a responder for it.
    site.remove("SSLOCSPProxyURL")
    return unforced(random, site, "switched-off")


@of("AS403")
def responder_of_one_of_two_switched_off(random: Random, site: Site) -> Fault | None:
    site.remove("SSLOCSPProxyURL")
    return beside_a_good_one(random, site, "switched-off")


@of("AS404")
def proxy_unusable(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None or host.section is None:
        return None
    site.remove("SSLOCSPProxyURL")
    url = random.choice(("http://127.0.0.1/", "http://127.0.0.1", "127.0.0.1", "localhost:3128"))
    insert(random, host.section.body, line("SSLOCSPProxyURL", url))
    return Fault(about=(host,), masked=shared(site, host))


@of("AS405")
def force_url_elsewhere(random: Random, site: Site) -> Fault | None:
    host = given(random, site, "good", "other", "must-staple")
    if host is None or host.section is None:
        return None
    url = site.ground.responder.replace("127.0.0.1", "localhost")
    insert(random, host.section.body, line("SSLStaplingForceURL", url))
    return Fault()


@of("AS406")
def patience_with_the_responder(random: Random, site: Site) -> Fault | None:
    silent = chance(random, 0.3)
    host = given(random, site, "silent-responder") if silent else a_host(random, site)
    if host is None or host.section is None or (silent and forces(site, host)):
        return None
    body = host.section.body
    drop(body, "SSLStaplingResponderTimeout")
    if silent:
        site.remove("SSLOCSPProxyURL")
        insert(random, body, line("SSLStaplingResponderTimeout", 6))
        return Fault(about=(host,))
    insert(random, body, line("SSLStaplingResponderTimeout", random.choice((12, 30, 60, 300))))
    return Fault(masked="the responder answers at once")


@of("AS407")
def short_max_age(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None or host.section is None:
        return None
    body = host.section.body
    drop(body, "SSLStaplingResponseMaxAge")
    insert(random, body, line("SSLStaplingResponseMaxAge", random.choice((600, 3600, 86400))))
    return Fault()


@of("AS501")
def stapling_off(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None or host.section is None or any(leaf.must_staple for leaf in host.leaves):
        return None
    body = host.section.body
    drop(body, "SSLUseStapling")
    insert(random, body, line("SSLUseStapling", "off"))
    return Fault(about=(host,))


@of("AS132")
def off_of_fix_for_a_certificate_before(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None or host.section is None or any(leaf.must_staple for leaf in host.leaves):
        return None
    body = host.section.body
    drop(body, "SSLUseStapling")
    insert(random, body, raw("# apachestaple: certificate has no OCSP URI\nSSLUseStapling off"))
    return Fault(about=(host,))


@of("AS507")
def one_of_two_could_staple(random: Random, site: Site) -> Fault | None:
    fault = beside_a_good_one(random, site, "no-ocsp", "self-signed")
    if fault is None:
        return None
    (host,) = fault.about
    body = site.body_of(host)
    drop(body, "SSLUseStapling")
    insert(random, body, line("SSLUseStapling", "off"))
    return Fault(about=(host,))


@of("AS502")
def one_switch_without_the_other(random: Random, site: Site) -> Fault | None:
    host = given(random, site, "dead-responder")
    if host is None or host.section is None or forces(site, host):
        return None
    site.remove("SSLStaplingReturnResponderErrors", "SSLStaplingFakeTryLater", "SSLOCSPProxyURL")
    insert(random, host.section.body, line("SSLStaplingReturnResponderErrors", "off"))
    if chance(random, 0.3):
        insert(random, host.section.body, line("SSLStaplingFakeTryLater", "on"))
    return Fault(about=(host,))


@of("AS503")
def errors_handed_on(random: Random, site: Site) -> Fault | None:
    host = given(random, site, "dead-responder")
    if host is None or host.section is None or forces(site, host):
        return None
    site.remove("SSLStaplingReturnResponderErrors", "SSLStaplingFakeTryLater", "SSLOCSPProxyURL")
    return Fault(about=(host,))


@of("AS504")
def mod_md_could_staple(random: Random, site: Site) -> Fault | None:
    if site.uses_md or a_host(random, site) is None:
        return None
    if any(named(body, "SSLStaplingForceURL") for body in site.bodies):
        return None
    site.load("md")
    return Fault()


@of("AS505")
def version_with_bugs(random: Random, site: Site) -> Fault | None:
    if all(host.by_md for host in site.hosts):
        return None
    site.remove("SSLOCSPProxyURL")
    site.version = (2, 4, random.choice((10, 16, 29, 41, 52, 57)))
    return Fault()
