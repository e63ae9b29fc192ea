"""AS402."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.ocsp.switched_off import switched_off
from apachestaple.ocsp.uri import url_problem
from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.setting import SettingRule
from apachestaple.rules.provided import provided
from apachestaple.rules.remedy import TURNED_OFF, RemoveDirective, TurnStapling
from apachestaple.rules.responder_url import URL_MESSAGES, effect_of
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class ForceUrlNotHttp(SettingRule):
    """SSLStaplingForceURL is not an http URL.

    mod_ssl accepts any text, and aborts the handshake of every client that requests a staple. If
    the text has no scheme, such as `ocsp.example.com`, the child process crashes with all of its
    connections.
    """

    code = "AS402"
    severity = Severity.ERROR
    effect = Effect.ABORTS_HANDSHAKES
    log_id = "AH01940"
    fix = Fix.SAFE
    setting = "SSLStaplingForceURL"
    message = URL_MESSAGES
    help = "Set SSLStaplingForceURL to an http URL, or remove it."
    repair = (
        "`fix` removes the line if the certificates have OCSP URIs that httpd can use, or sets "
        f"another URL that the configuration has. Otherwise `fix` {TURNED_OFF}"
    )
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLStaplingForceURL https://ocsp.example.com/")
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLStaplingForceURL ocsp.example.com"),
            log_id="AH00052",
        ),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLStaplingForceURL https://ocsp.example.com/",
                certificate="no-ocsp",
            )
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLStaplingForceURL http://[::1/"),
            log_id="AH01939",
        ),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLStaplingForceURL http:///ocsp"),
            effect=Effect.BAD_STAPLE,
            log_id="AH01941",
        ),
    )
    good = (FIXED, Example(CACHE + tls_host("SSLUseStapling on")))

    def check(self, directive: Directive, hosts: Sequence[Host], site: Site) -> Iterator[Finding]:
        url = first_argument(directive)
        problem = url_problem(url) if url else None
        if problem is None or has_web_characters(directive.raw):
            return
        removal = RemoveDirective(
            directive=directive,
            reason="the OCSP URIs of the certificates can be used",
            for_its_value=True,
        )
        can_be_removed = any(_staples_without(host, hosts, site) for host in hosts)
        reason = "SSLStaplingForceURL is not an http URL"
        for host in hosts:
            given = provided(host, site)
            off = TurnStapling(on=False, hosts=(host,), reason=reason)
            other = given.remedy if given else off
            yield self.finding(
                directive_subject(directive),
                variant=problem,
                hosts=(host,),
                effect=effect_of(problem, host),
                log_id=problem.log_id,
                remedy=removal if can_be_removed else other,
                url=url,
            )


def _staples_without(host: Host, hosts: Sequence[Host], site: Site) -> bool:
    """Whether a host staples without the URL, and aborts no handshake.

    A certificate without OCSP URI is then not stapled, unless another host made its record.
    """
    others = [certificate for certificate in host.served if not _can_be_stapled(certificate)]
    if len(others) == len(host.served):
        return False
    for certificate in others:
        record = site.find_record(certificate.leaf) if certificate.leaf else None
        if certificate.first_uri is not None or (record is not None and record.host not in hosts):
            return False
    return True


def _can_be_stapled(certificate: HostCertificate) -> bool:
    """Whether the first OCSP URI of the certificate can be used."""
    url = certificate.first_uri
    return url is not None and url_problem(url) is None and switched_off(url) is None
