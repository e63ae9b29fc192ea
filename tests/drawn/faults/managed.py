"""Problems with mod_md and its managed domains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.drawn.faults.fault import Fault, a_host, insert, of
from tests.drawn.nodes import Section, line

if TYPE_CHECKING:
    from random import Random

    from tests.drawn.site import Site

_OTHER = "managed.example.org"


@of("AS120")
def a_name_in_two_domains(random: Random, site: Site) -> Fault:
    site.load("md")
    site.body += [line("MDRenewMode", "manual"), line("MDomain", _OTHER)]
    body = [line("MDMember", random.choice((_OTHER, _OTHER.upper())))]
    site.body.append(Section("MDomain", ["second.example.org"], list(body)))
    return Fault()


@of("AS121")
def a_certificate_or_its_key_alone(random: Random, site: Site) -> Fault:
    site.load("md")
    name, suffix = random.choice((("MDCertificateFile", "pem"), ("MDCertificateKeyFile", "key")))
    body = [line(name, f"certs/good.{suffix}")]
    site.body.append(Section("MDomain", [_OTHER], list(body)))
    return Fault()


@of("AS122")
def others_are_not_stapled(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None or host.section is None:
        return None
    site.load("md")
    body = host.section.body
    body[:] = [node for node in body if getattr(node, "name", "") != "MDStapling"]
    insert(random, body, line("MDStapleOthers", "off"))
    body.append(line("MDStapling", "on"))
    return Fault()
