"""Faults of the language: AS0xx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.drawn.faults.fault import Fault, a_host, a_section, insert, of, raw, some_body
from tests.drawn.nodes import Section, line

if TYPE_CHECKING:
    from random import Random

    from tests.drawn.site import Site


@of("AS001")
def include_a_link_to_itself(random: Random, site: Site) -> Fault:
    site.links["itself.conf"] = "itself.conf"
    insert(random, some_body(random, site), line("Include", "itself.conf"))
    return Fault()


@of("AS002")
def leave_a_section_open(random: Random, site: Site) -> Fault:
    site.tail = random.choice(
        (
            "<VirtualHost 127.0.0.9:1>\n    ServerName open.example.com\n",
            "<Directory /srv/www>\n    Require all granted\n",
            "<IfModule mod_nosuch.c>\n    SSLUseStapling on\n",
        )
    )
    return Fault()


@of("AS003")
def close_another_section(random: Random, site: Site) -> Fault:
    name = random.choice(("Directory", "Location", "IfVersion", "Proxy", "Files"))
    insert(random, some_body(random, site), raw(f"</{name}>"))
    return Fault()


@of("AS004")
def include_nothing(random: Random, site: Site) -> Fault:
    path = random.choice(("nowhere.conf", "nowhere/*.conf", "nowhere/", "conf.d/[nowhere]?.conf"))
    insert(random, some_body(random, site), line("Include", path))
    return Fault()


@of("AS005")
def include_in_a_circle(random: Random, site: Site) -> Fault:
    names = ("circle-a.conf", "circle-b.conf", "circle-c.conf")[: random.randint(1, 3)]
    for name, following in zip(names, (*names[1:], names[0]), strict=True):
        site.files[name] = f"# and on\nInclude {following}\n"
    insert(random, site.body, line("Include", names[0]))
    return Fault()


@of("AS006")
def wrong_arguments_while_reading(random: Random, site: Site) -> Fault:
    text = random.choice(
        (
            "Define a:b",
            "Define",
            "UnDefine",
            "LoadModule nosuch_module",
            "Include",
            "<IfDefine>\n</IfDefine>",
            "<IfVersion 2.x>\n</IfVersion>",
        )
    )
    # LoadModule and Define are of the main server.
    insert(random, site.body, raw(text))
    return Fault()


@of("AS007")
def link_to_nothing(random: Random, site: Site) -> Fault:
    site.links["linked/010-gone.conf"] = random.choice(("../sites-available/gone.conf", "gone"))
    insert(random, site.body, line("IncludeOptional", "linked/*.conf"))
    return Fault()


@of("AS008")
def directive_behind_an_opening(random: Random, site: Site) -> Fault:
    opening = random.choice(
        ("<IfModule ssl_module>", "<IfDefine !NOWHERE>", "<IfFile certs/chain.pem>")
    )
    lost = random.choice(("SSLUseStapling off", "SSLEngine off", " SSLCertificateFile x.pem"))
    close = opening.split()[0].replace("<", "</") + ">"
    insert(random, some_body(random, site), raw(f"{opening}{lost}\n{close}"))
    return Fault()


@of("AS009")
def condition_that_ends_with_the_file(random: Random, site: Site) -> Fault:
    site.tail = random.choice(
        ("<IfModule ssl_module>\n", "<IfDefine !NOWHERE>\nServerSignature Off\n")
    )
    return Fault()


@of("AS011")
def line_lost_behind_a_macro(random: Random, site: Site) -> Fault:
    site.load("macro")
    lost = random.choice(("ServerSignature Off", "SSLUseStapling off", "Use Last"))
    insert(random, site.body, Section("Macro", ["Last"], [line("ServerTokens", "Prod")]))
    site.tail = f"Use Last\n{lost}"
    return Fault()


@of("AS011")
def line_lost_in_a_host_file(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None or host.section is None:
        return None
    site.load("macro")
    site.body.insert(0, Section("Macro", ["Tokens"], [line("ServerAdmin", "a@example.com")]))
    site.files["lost.conf"] = "Use Tokens\nSSLUseStapling off"
    insert(random, host.section.body, line("Include", "lost.conf"))
    return Fault()


@of("AS015")
def incomplete_opening(random: Random, site: Site) -> Fault:
    opening = random.choice(
        (
            "<Directory >",
            "<Location /private",
            "<Files>",
            "<VirtualHost>",
            "<VirtualHost *:1",
            "<If >",
        )
    )
    name = opening.strip("<>").split()[0]
    insert(random, site.body, raw(f"{opening}\n</{name}>"))
    return Fault()


@of("AS016")
def virtual_host_in_a_section(random: Random, site: Site) -> Fault:
    body = random.choice([a_section(random, site.body).body, some_body(random, site)])
    address = "127.0.0.9:1" if body is not site.body else random.choice(("8443", "[::1", ":443"))
    insert(random, body, raw(f"<VirtualHost {address}>\n</VirtualHost>"))
    return Fault()


@of("AS017")
def error_directive(random: Random, site: Site) -> Fault:
    text = random.choice(("Error", 'Error "load mod_rewrite"', "Error not here"))
    insert(random, some_body(random, site), raw(text))
    return Fault()
