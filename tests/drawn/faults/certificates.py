"""Faults of certificates and keys: AS3xx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.drawn.faults.fault import (
    Fault,
    a_host,
    about,
    beside_a_good_one,
    give,
    given,
    insert,
    of,
    unforced,
)
from tests.drawn.luck import chance
from tests.drawn.nodes import Line, drop, line, named

if TYPE_CHECKING:
    from random import Random

    from tests.drawn.site import Site


@of("AS301")
def certificate_missing(random: Random, site: Site) -> Fault | None:
    host = given(random, site, "missing", "empty", "missing/example", "hashed/nothing", key="good")
    return about(host)


@of("AS303")
def not_a_certificate(random: Random, site: Site) -> Fault | None:
    host = given(random, site, "not-a-certificate", "truncated", key="good")
    return about(host)


@of("AS304")
def no_ocsp_uri(random: Random, site: Site) -> Fault | None:
    return unforced(random, site, "no-ocsp")


@of("AS304")
def no_ocsp_uri_in_one_of_two(random: Random, site: Site) -> Fault | None:
    return beside_a_good_one(random, site, "no-ocsp")


@of("AS305")
def issuer_not_found(random: Random, site: Site) -> Fault | None:
    if named(site.body, "SSLCertificateChainFile", "SSLCACertificateFile", "SSLCACertificatePath"):
        return None
    host = given(random, site, "leaf-only")
    if host and host.section and chance(random, 0.4):
        # Issuers of others do not help.
        other = random.choice(("SSLCertificateChainFile", "SSLCACertificateFile"))
        insert(random, host.section.body, line(other, "certs/self-signed.pem"))
    return about(host)


@of("AS330")
def namesake_of_the_issuer(random: Random, site: Site) -> Fault | None:
    host = given(random, site, "leaf-only")
    if host is None or host.section is None:
        return None
    # With a chain in the main server, others would have other issuers, too.
    body = host.section.body
    insert(random, body, line("SSLCertificateChainFile", "certs/namesake-first.pem"))
    return Fault(about=(host,))


@of("AS319")
def weak_certificate(random: Random, site: Site) -> Fault | None:
    if named(site.body, "SSLCipherSuite"):
        return None
    return about(given(random, site, "weak-key", "sha1"))


@of("AS320")
def encrypted_key(random: Random, site: Site) -> Fault | None:
    return about(given(random, site, "good", key="encrypted"))


@of("AS321")
def certificate_not_served(random: Random, site: Site) -> Fault | None:
    host = given(random, site, "other")
    if host is None or host.section is None:
        return None
    body = host.section.body
    body += [
        line("SSLCertificateFile", "certs/good.pem"),
        line("SSLCertificateKeyFile", "certs/good.key"),
    ]
    return Fault(about=(host,))


@of("AS322")
def unusable_ca_file(random: Random, site: Site) -> Fault | None:
    names = ("SSLCertificateChainFile", "SSLCACertificateFile", "SSLCACertificatePath")
    host = a_host(random, site)
    if host is None or host.section is None or named(site.body, *names):
        return None
    name = random.choice(names[:2])
    insert(random, host.section.body, line(name, "certs/truncated.pem"))
    return Fault(about=(host,))


def in_a_host(random: Random, site: Site, directive: Line, *without: str) -> Fault | None:
    """A further line in a virtual host; none of its own or of the main server may have a name."""
    host = given(random, site, "good")
    if host is None or host.section is None or named(site.body, *without):
        return None
    body = host.section.body
    drop(body, *without)
    insert(random, body, directive)
    return Fault(about=(host,))


@of("AS323")
def unusable_crls(random: Random, site: Site) -> Fault | None:
    names = ("SSLCARevocationFile", "SSLCARevocationPath", "SSLCARevocationCheck")
    path = random.choice(
        ("certs/not-a-certificate.pem", "certs/truncated.pem", "certs/cut-crl.pem")
    )
    check = line("SSLCARevocationCheck", random.choice(("leaf", "CHAIN")))
    return in_a_host(random, site, random.choice((line(names[0], path), check)), *names)


@of("AS324")
def openssl_command_fails(random: Random, site: Site) -> Fault | None:
    command = random.choice(("MinProtocol tlsv1.2", "Options -Tickets", "VerifyMode None"))
    return in_a_host(random, site, line("SSLOpenSSLConfCmd", *command.split()))


@of("AS306")
def must_staple_switched_off(random: Random, site: Site) -> Fault | None:
    host = given(random, site, "must-staple", "must-staple-no-ocsp")
    if host is None or host.section is None:
        return None
    body = host.section.body
    drop(body, "SSLUseStapling")
    insert(random, body, line("SSLUseStapling", "off"))
    return Fault(about=(host,))


@of("AS307")
def self_signed(random: Random, site: Site) -> Fault | None:
    host = given(random, site, "self-signed", "self-signed-ocsp")
    return about(host)


@of("AS307")
def self_signedbeside_a_good_one(random: Random, site: Site) -> Fault | None:
    return beside_a_good_one(random, site, "self-signed", "self-signed-ocsp")


@of("AS308")
def no_certificate(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None or host.section is None:
        return None
    names = ("SSLCertificateFile", "SSLCertificateKeyFile")
    if named(site.body, *names) or not named(host.section.body, "SSLEngine"):
        return None
    body = host.section.body
    drop(body, *names)
    return Fault(about=(host,))


@of("AS310")
def key_missing(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None:
        return None
    give(site, host, "good", key=random.choice(("missing", "nowhere/at-all", "hashed")))
    return Fault(about=(host,))


@of("AS311")
def not_a_key(random: Random, site: Site) -> Fault | None:
    host = given(random, site, "good")
    if host is None:
        return None
    for node in named(site.body_of(host), "SSLCertificateKeyFile"):
        node.words = [random.choice(("certs/chain.pem", "certs/good.pem"))]
    return Fault(about=(host,))


@of("AS312")
def key_of_another(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None:
        return None
    give(site, host, random.choice(("good", "rsa", "must-staple")), key="other")
    return Fault(about=(host,))


@of("AS312")
def issuer_first(random: Random, site: Site) -> Fault | None:
    host = given(random, site, "issuer-first")
    return about(host)


@of("AS313")
def not_valid_now(random: Random, site: Site) -> Fault | None:
    return unforced(random, site, "expired", "not-yet-valid")


@of("AS314")
def certificate_of_an_authority(random: Random, site: Site) -> Fault | None:
    return unforced(random, site, "authority")


@of("AS315")
def short_lived(random: Random, site: Site) -> Fault | None:
    return unforced(random, site, "short-lived")


@of("AS316")
def chain_missing(random: Random, site: Site) -> Fault | None:
    host = a_host(random, site)
    if host is None or host.section is None:
        return None
    names = ("SSLCertificateChainFile", "SSLCACertificateFile", "SSLCACertificatePath")
    body = host.section.body
    drop(body, *names)
    insert(
        random, body, line(random.choice(names), random.choice(("certs/gone", "/nowhere/x.pem")))
    )
    return Fault(about=(host,))
