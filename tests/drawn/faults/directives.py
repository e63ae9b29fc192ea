"""Faults of the stapling directives: AS1xx."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES, Kind
from tests.drawn.faults.fault import Fault, a_host, a_section, insert, of, raw, shared, some_body
from tests.drawn.luck import chance
from tests.drawn.nodes import Line, Section, drop, line, named

if TYPE_CHECKING:
    from random import Random

    from tests.drawn.site import Host, Site

_SECONDS = [known.name for known in STAPLING_DIRECTIVES.values() if known.kind is Kind.SECONDS]
_FLAGS = [known.name for known in STAPLING_DIRECTIVES.values() if known.kind is Kind.FLAG]
_NAMES = [known.name for known in STAPLING_DIRECTIVES.values()]


@of("AS101")
def misspell_a_directive_that_is_there(random: Random, site: Site) -> Fault | None:
    lines = [node for body in site.bodies for node in named(body, *_NAMES)]
    if not lines:
        return None
    node = random.choice(lines)
    node.name = _misspelt(random, node.name)
    return Fault()


@of("AS101")
def add_a_misspelt_directive(random: Random, site: Site) -> Fault:
    known = random.choice([k for k in STAPLING_DIRECTIVES.values() if k.in_virtual_host])
    insert(random, some_body(random, site), line(_misspelt(random, known.name), _good(known.kind)))
    return Fault()


@of("AS101")
def write_it_as_for_nginx(random: Random, site: Site) -> Fault:
    name = random.choice(("ssl_stapling", "ssl_stapling_verify", "ssl_stapling_responder"))
    insert(random, some_body(random, site), line(name, "on;"))
    return Fault()


def _misspelt(random: Random, name: str) -> str:
    """A slip of the keyboard, or of the memory."""
    position = random.randrange(1, len(name) - 1)
    before, letter, after = name[:position], name[position], name[position + 1 :]
    wrong = random.choice(
        (
            before + after,
            before + letter + letter + after,
            before + after[0] + letter + after[1:],
            before + random.choice("aeiostr") + after,
            name + "s",
            name.replace("Stapling", "Staping"),
            name.replace("Stapling", "Stappling"),
            name.replace("SSL", "SLL"),
            name.replace("SSL", "TLS"),
        )
    )
    return wrong if wrong.lower() != name.lower() else before + after


def _good(kind: Kind) -> str:
    return {Kind.FLAG: "on", Kind.SECONDS: "600", Kind.CACHE: "shmcb", Kind.URL: "http://x/"}.get(
        kind, "http://x:1/"
    )


@of("AS102")
def put_it_into_a_folder(random: Random, site: Site) -> Fault:
    known = random.choice([k for k in STAPLING_DIRECTIVES.values() if k.in_virtual_host])
    section = a_section(random, some_body(random, site))
    insert(random, section.body, line(known.name, _good(known.kind)))
    return Fault()


@of("AS103")
def wrong_switch(random: Random, site: Site) -> Fault:
    words = random.choice((["yes"], ["1"], ["true"], ["enabled"], ["onn"], [""], []))
    insert(random, some_body(random, site), Line(random.choice(_FLAGS), words))
    return Fault()


@of("AS103")
def wrong_number(random: Random, site: Site) -> Fault:
    words = random.choice((["-1"], ["-300"], ["10", "s"], [], [""], ["300", "#", "seconds"]))
    insert(random, some_body(random, site), Line(random.choice(_SECONDS), words))
    return Fault()


@of("AS103")
def wrong_number_of_arguments(random: Random, site: Site) -> Fault:
    name = random.choice(("SSLStaplingForceURL", "SSLOCSPProxyURL"))
    words = random.choice(([], ["http://a/", "http://b/"], ["http://a/", "#", "why"]))
    insert(random, some_body(random, site), Line(name, words))
    return Fault()


@of("AS103")
def wrong_number_of_caches(random: Random, site: Site) -> Fault | None:
    caches = named(site.body, "SSLStaplingCache")
    if not caches:
        return None
    caches[0].words += random.choice((["shmcb"], ["#", "128", "KB"], ["(128000)"]))
    return Fault()


@of("AS103")
def wrong_value_of_another_directive(random: Random, site: Site) -> Fault:
    text = random.choice(
        ("SSLProtocol TLSv1.4", "SSLVerifyClient yes", "SSLOptions +All", "SSLSessionTickets 0")
    )
    insert(random, some_body(random, site), raw(text))
    return Fault()


@of("AS104")
def words_behind_a_switch(random: Random, site: Site) -> Fault | None:
    lines = [node for body in site.bodies for node in named(body, *_FLAGS)]
    if not lines:
        return None
    random.choice(lines).words += random.choice((["off"], ["on"], ["always"], ["shmcb", "x"]))
    return Fault()


@of("AS105")
def number_with_a_unit(random: Random, site: Site) -> Fault:
    # Of each what httpd reads is a value that works.
    name, word = random.choice(
        (
            ("SSLStaplingStandardCacheTimeout", "1h"),
            ("SSLStaplingStandardCacheTimeout", "3600s"),
            ("SSLStaplingErrorCacheTimeout", "5min"),
            ("SSLStaplingErrorCacheTimeout", "1e3"),
            ("SSLStaplingResponderTimeout", "5s"),
            ("SSLStaplingResponderTimeout", "2.5"),
            ("SSLStaplingResponseTimeSkew", "300,"),
            ("SSLStaplingResponseMaxAge", "86400s"),
            ("SSLStaplingResponseMaxAge", "4294970896"),
        )
    )
    body = some_body(random, site)
    drop(body, name)
    insert(random, body, line(name, word))
    return Fault()


@of("AS106")
def curly_quotes(random: Random, site: Site) -> Fault | None:
    names = ("SSLStaplingCache", "SSLUseStapling", "SSLCertificateFile", "SSLCertificateKeyFile")
    lines = [node for body in site.bodies for node in named(body, *names)]
    if not lines:
        return None
    node = random.choice(lines)
    left, right = random.choice(("“”", "\u2018\u2019", "„“", "″″", "«»"))
    _replace(site, node, f"{node.name} {left}{node.words[0]}{right}")
    return Fault()


@of("AS106")
def curly_quotes_around_a_url(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None or host.section is None:
        return None
    body = host.section.body
    drop(body, "SSLStaplingForceURL")
    site.remove("SSLOCSPProxyURL")
    insert(random, body, raw(f"SSLStaplingForceURL “{site.ground.responder}/”"))
    return Fault(about=(host,), masked=shared(site, host))


@of("AS106")
def no_break_space(random: Random, site: Site) -> Fault | None:
    lines = [node for body in site.bodies for node in named(body, *_NAMES, "SSLEngine")]
    if not lines:
        return None
    node = random.choice(lines)
    space = random.choice(("\u00a0", "\u202f", "\u2009", "\u200b ", "\ufeff "))
    _replace(site, node, f"{node.name}{space}{' '.join(node.words)}")
    return Fault()


def _replace(site: Site, node: Line, text: str) -> None:
    for body in site.bodies:
        if node in body:
            body[body.index(node)] = raw(text)


@of("AS107")
def mod_ssl_is_not_loaded(random: Random, site: Site) -> Fault | None:
    if site.uses_md:
        return None
    site.without = frozenset({"ssl_module"})
    site.conditions = False
    return Fault()


@of("AS108")
def stapling_without_tls(random: Random, site: Site) -> Fault:
    body = [line("ServerName", "plain2.example.com"), line("SSLUseStapling", "on")]
    body.append(line("SSLEngine", "off"))
    if chance(random, 0.5):
        body.append(line("DocumentRoot", "htdocs"))
    random.shuffle(body)
    port = site.ground.ports[2]
    site.body += [Section("VirtualHost", [f"127.0.0.1:{port}"], list(body))]
    if not any(str(port) in node.words[0] for node in named(site.body, "Listen")):
        site.body.append(line("Listen", f"127.0.0.1:{port}"))
    main = [host for host in site.hosts if host.section is None]
    for host in main:
        # The main server's clients now find the new host, which is none of theirs.
        site.hosts.remove(host)
    return Fault()


@of("AS109")
def younger_than_the_server(random: Random, site: Site) -> Fault:
    site.remove("SSLOCSPProxyURL")
    insert(random, some_body(random, site), line("SSLOCSPProxyURL", site.ground.responder))
    site.version = (2, 4, random.choice((6, 10, 16, 18)))
    return Fault()


def _set(site: Site, host: Host, name: str, *words: object) -> None:
    """Let a host have this directive, and no other of its name."""
    body = site.body_of(host)
    drop(body, name)
    body.append(line(name, *words))


@of("AS110")
def no_time_for_the_responder(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None:
        return None
    _set(site, host, "SSLStaplingResponderTimeout", random.choice(("0", "00", "abc", "-0", "h1")))
    return Fault(about=(host,), masked=shared(site, host))


@of("AS111")
def no_time_in_the_cache(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None:
        return None
    _set(site, host, "SSLStaplingStandardCacheTimeout", random.choice(("0", "one")))
    return Fault(about=(host,), masked=shared(site, host))


@of("AS112")
def switched_off_where_mod_md_staples(random: Random, site: Site) -> Fault | None:
    hosts = [host for host in site.hosts if host.by_md and host.section is not None]
    if not hosts:
        return None
    _set(site, random.choice(hosts), "SSLUseStapling", "off")
    return Fault()


@of("AS113")
def setting_without_stapling(random: Random, site: Site) -> Fault:
    setting = line(random.choice(_SECONDS), 300)
    port = site.ground.ports[2]
    body = [line("ServerName", "idle.example.com"), line("SSLEngine", "off"), setting]
    site.body.append(Section("VirtualHost", [f"127.0.0.1:{port}"], list(body)))
    site.hosts[:] = [host for host in site.hosts if host.section is not None]
    return Fault()


@of("AS114")
def set_twice(random: Random, site: Site) -> Fault | None:
    names = [name for name in _SECONDS + _FLAGS if name != "SSLStaplingFakeTryLater"]
    found = [(body, node) for body in site.bodies for node in named(body, *names)]
    if not found:
        return None
    body, last = random.choice(found)
    word = "off" if last.name in _FLAGS else "77"
    if last.words == [word]:
        return None
    body.insert(random.randint(0, body.index(last)), line(last.name, word))
    return Fault()


@of("AS115")
def overridden_in_every_host(random: Random, site: Site) -> Fault | None:
    if any(host.section is None for host in site.hosts):
        return None
    name = "SSLStaplingErrorCacheTimeout"
    for section in site.body:
        if isinstance(section, Section) and section.name == "VirtualHost":
            drop(section.body, name)
            section.body.append(line(name, random.choice((60, 120))))
    drop(site.body, name)
    insert(random, site.body, line(name, 300))
    return Fault()


@of("AS116")
def missing_file(random: Random, site: Site) -> Fault:
    name = random.choice(("SSLCARevocationFile", "SSLCADNRequestPath", "SSLSessionTicketKeyFile"))
    insert(random, some_body(random, site), line(name, random.choice(("nowhere", "certs/none"))))
    return Fault()


@of("AS118")
def no_time_for_errors(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None:
        return None
    _set(site, host, "SSLStaplingErrorCacheTimeout", random.choice(("0", "ten")))
    return Fault(about=(host,), masked="no responder fails")


@of("AS126")
def name_twice(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None or host.section is None:
        return None
    names = named(host.section.body, "ServerName")
    if not names or host.section not in site.body:
        return None
    # A copy, because each of the two is written in a way of its own.
    site.body.append(deepcopy(host.section))
    return Fault()


@of("AS127")
def optional_tls(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None or host.section is None:
        return None
    _set(site, host, "SSLEngine", "optional")
    return Fault(masked="no client can connect to it any more")


@of("AS128")
def no_protocol(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None:
        return None
    _set(site, host, "SSLProtocol", random.choice(("-all", "-SSLv2", "-TLSv1.1")))
    return Fault()


@of("AS129")
def no_cipher(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None:
        return None
    _set(site, host, "SSLCipherSuite", random.choice(("high", "TLS_AES_128_GCM_SHA256", "!aNULL")))
    return Fault()


@of("AS130")
def wrong_mutex(random: Random, site: Site) -> Fault:
    words = random.choice(("none ssl-stapling", "none", "semaphore", "file:nowhere ssl-stapling"))
    insert(random, site.body, line("Mutex", *words.split()))
    return Fault()
